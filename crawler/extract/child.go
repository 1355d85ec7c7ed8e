package extract

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"uhri"
)

// maxAnswer bounds what a child may answer. The blocks of the largest document take less than 2 MB.
const maxAnswer = 256 << 20

// childMemory is the soft memory limit of a child, beside PDFium's own hard one.
const childMemory = "GOMEMLIMIT=300MiB"

// answer is one line of the talk between parent and child: a document or an error that keeps its kind.
type answer struct {
	Document *Document `json:"document,omitzero"`
	Kind     uhri.Kind `json:"kind,omitzero"`
	Message  string    `json:"message,omitzero"`
	Cause    string    `json:"cause,omitzero"`
}

// ServeChild answers a parent Reader: it reads length-prefixed files from in and writes length-prefixed answers to out
// until in ends. The program starts itself so, see Options.Command; only Options.CacheDir is used of o.
func ServeChild(ctx context.Context, in io.Reader, out io.Writer, o Options) error {
	r, err := New(Options{CacheDir: o.CacheDir})
	if err != nil {
		return err
	}
	defer r.Close()
	br := bufio.NewReader(in)
	for {
		data, err := readFrame(br, maxInput)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading a file from the parent: %w", err)
		}
		var a answer
		if d, err := r.decode(ctx, data); err != nil {
			a.Kind, a.Message, a.Cause = uhri.KindOf(err), uhri.Message(err), causeOf(err)
		} else {
			a.Document = d
		}
		b, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("encoding an answer: %w", err)
		}
		if err := writeFrame(out, b); err != nil {
			return fmt.Errorf("answering the parent: %w", err)
		}
	}
}

func writeFrame(w io.Writer, b []byte) error {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(b)))
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err := w.Write(b)
	return err
}

func readFrame(r io.Reader, limit int) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if uint64(n) > uint64(limit) {
		return nil, fmt.Errorf("a frame of %d bytes is over the limit of %d", n, limit)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	return b, nil
}

// causeOf is what stands behind an error's own sentence, which travels beside it; "" when nothing does.
func causeOf(err error) string {
	if e, ok := errors.AsType[*uhri.Error](err); ok {
		if e.Err == nil {
			return ""
		}
		err = e.Err
	}
	return err.Error()
}

// child is a running reader process.
type child struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startChild(command []string) (*child, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), childMemory)
	ownGroup(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("starting a document reader: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("starting a document reader: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting a document reader: %w", err)
	}
	return &child{cmd: cmd, in: in, out: bufio.NewReader(out)}, nil
}

// stop ends the child at once and waits for it.
func (c *child) stop() {
	c.in.Close()
	killGroup(c.cmd)
	_ = c.cmd.Wait() // it was killed; how it ended says nothing
}

// readInChild hands the file to a child process, which is killed at the deadline and replaced.
func (r *Reader) readInChild(ctx context.Context, data []byte) (*Document, error) {
	var c *child
	select {
	case c = <-r.children:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { r.children <- c }()
	if c == nil {
		var err error
		if c, err = startChild(r.o.Command); err != nil {
			return nil, err
		}
	}
	type reply struct {
		b   []byte
		err error
	}
	done := make(chan reply, 1)
	go func(c *child) {
		if err := writeFrame(c.in, data); err != nil {
			done <- reply{nil, err}
			return
		}
		b, err := readFrame(c.out, maxAnswer)
		done <- reply{b, err}
	}(c)
	limit, cancel := context.WithTimeout(ctx, r.o.Timeout)
	defer cancel()
	var rep reply
	select {
	case rep = <-done:
	case <-limit.Done():
		c.stop()
		<-done // its pipes are closed now
		c = nil
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, uhri.Errorf(uhri.Timeout, "read document", "the file took longer than %s to read", r.o.Timeout)
	}
	if rep.err != nil {
		c.stop()
		c = nil
		return nil, &uhri.Error{Kind: uhri.Invalid, Op: "read document", Msg: "this file breaks its reader; it is damaged or hostile", Err: rep.err}
	}
	var a answer
	if err := json.Unmarshal(rep.b, &a); err != nil {
		return nil, fmt.Errorf("decoding a document reader's answer: %w", err)
	}
	if a.Document == nil {
		e := &uhri.Error{Kind: a.Kind, Op: "read document", Msg: a.Message}
		if a.Cause != "" {
			e.Err = errors.New(a.Cause)
		}
		return nil, e
	}
	return a.Document, nil
}
