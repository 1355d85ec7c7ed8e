package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"uhri/crawler"
)

// progress shows how a long verb goes: a bar on a terminal, a line every few seconds elsewhere.
type progress struct {
	name string
	out  io.Writer

	mu    sync.Mutex
	bars  *mpb.Progress
	bar   *mpb.Bar
	last  time.Time
	began time.Time
	items int
	note  string
}

// linesEvery is the time between plain lines: often enough to see life, seldom enough for a log.
const linesEvery = 5 * time.Second

func newProgress(out io.Writer, name string) *progress {
	p := &progress{name: name, out: out, began: time.Now(), last: time.Now()}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bars = mpb.New(mpb.WithOutput(f), mpb.WithRefreshRate(150*time.Millisecond))
		p.bar = p.bars.AddBar(0,
			mpb.PrependDecorators(decor.Name(name+" "), decor.Any(func(decor.Statistics) string { return p.count() })),
			mpb.AppendDecorators(decor.Percentage(), decor.Name(" "), decor.AverageETA(decor.ET_STYLE_GO)))
	}
	return p
}

func (p *progress) count() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprintf("%d records ", p.items)
}

// tell is a crawler progress callback.
func (p *progress) tell(g crawler.Progress) {
	p.mu.Lock()
	p.items = max(p.items, g.Items)
	items, note := p.items, g.Note
	due := p.bar == nil && time.Since(p.last) >= linesEvery
	if note != "" && note != p.note {
		p.note, due = note, true
	}
	if due {
		p.last = time.Now()
	}
	p.mu.Unlock()
	if p.bar != nil {
		if g.TotalBytes > 0 {
			p.bar.SetTotal(g.TotalBytes, false)
			p.bar.SetCurrent(g.Bytes)
		}
		return
	}
	if due {
		share := ""
		if g.TotalBytes > 0 {
			share = fmt.Sprintf(", %d %%", 100*g.Bytes/g.TotalBytes)
		}
		if note != "" {
			note = " — " + note
		}
		fmt.Fprintf(p.out, "%s: %d records%s, %s%s\n", p.name, items, share, time.Since(p.began).Round(time.Second), note)
	}
}

func (p *progress) stop() {
	if p.bars != nil {
		p.bar.Abort(true)
		p.bars.Wait()
	}
}
