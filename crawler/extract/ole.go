package extract

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"

	"uhri"
)

// readOLE converts a Word file from before 2007 with LibreOffice: its own profile (macros off by default, no user
// settings), no display, a time limit, and a folder that is removed. Without LibreOffice the document comes back with
// an Unconverted issue.
func (r *Reader) readOLE(ctx context.Context, data []byte) (doc *Document, err error) {
	program := r.soffice()
	if program == "" {
		return &Document{Format: DOC, Issues: []Issue{{Kind: Unconverted, Text: "unsupported: this is a Word file from before 2007; install libreoffice to read it"}}}, nil
	}
	dir, err := os.MkdirTemp("", "uhri-doc-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for a conversion: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	in := filepath.Join(dir, "document.doc")
	if err := os.WriteFile(in, data, 0o600); err != nil {
		return nil, fmt.Errorf("writing a file for conversion: %w", err)
	}
	limit, cancel := context.WithTimeout(ctx, 3*r.o.Timeout) // LibreOffice alone takes several seconds to start
	defer cancel()
	profile := url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(dir, "profile"))}
	cmd := exec.CommandContext(limit, program, "-env:UserInstallation="+profile.String(),
		"--headless", "--nologo", "--norestore", "--nolockcheck", "--convert-to", "docx", "--outdir", dir, in)
	cmd.Dir = dir
	ownGroup(cmd)
	cmd.Cancel = func() error { killGroup(cmd); return nil }
	out, runErr := cmd.CombinedOutput()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if limit.Err() != nil {
		return nil, uhri.Errorf(uhri.Timeout, "read doc", "LibreOffice took longer than %s", 3*r.o.Timeout)
	}
	f, err := os.Open(filepath.Join(dir, "document.docx"))
	if err != nil {
		return nil, &uhri.Error{Kind: uhri.Invalid, Op: "read doc", Msg: "LibreOffice could not convert this Word file", Err: fmt.Errorf("%w: %.200s", errors.Join(runErr, err), out)}
	}
	defer f.Close()
	converted, err := readAtMost(f, maxInput)
	if err != nil {
		return nil, err
	}
	if r.children != nil {
		doc, err = r.readInChild(ctx, converted)
	} else {
		doc, err = r.decode(ctx, converted)
	}
	if err != nil {
		return nil, err
	}
	doc.Format = DOC
	return doc, nil
}
