package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/extract"
	"uhri/crawler/segment"
)

// documentFeeds finds the sources of documents.
func (p *program) documentFeeds(name, from string, symbols []string, f *folder) ([]feed, error) {
	known := []string{"uhri", "uhri/en", "upr", "treatybodies", "specialprocedures", "folder"}
	hint := ""
	if near, ok := uhri.Nearest(name, known); ok {
		hint = "; did you mean " + near + "?"
	}
	return nil, uhri.Errorf(uhri.Invalid, "harvest", "there is no source %q%s", name, hint)
}

// documentProcess is the reading of a document source's items.
func (p *program) documentProcess(source string, f *folder) (crawler.Process, error) {
	return nil, uhri.Errorf(uhri.Invalid, "reprocess", "there is no source %q", source)
}

// reader opens the reader of documents. PDFs are read in child processes of this very program: a child can be killed at its
// deadline and gives its memory back.
func (p *program) reader(workers int) (*extract.Reader, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cache := p.cacheDir()
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, err
	}
	return extract.New(extract.Options{Command: []string{self, readerVerb, cache}, CacheDir: cache, Workers: workers})
}

const readerVerb = "read-documents"

func (p *program) readerCommand() *cobra.Command {
	return &cobra.Command{
		Use: readerVerb, Short: "Read documents for a parent process", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return extract.ServeChild(cmd.Context(), os.Stdin, os.Stdout, extract.Options{CacheDir: args[0]})
		},
	}
}

func (p *program) explainCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain FILE",
		Short: "Print how a document is cut into recommendations, and why",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			data, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			r, err := p.reader(1)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, r.Close()) }()
			doc, err := r.Read(cmd.Context(), data)
			if err != nil {
				return err
			}
			v, err := segment.ExplainUPR(doc)
			if err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(v)
			}
			b, err := json.MarshalIndent(v, "", "  ")
			fmt.Fprintln(p.out, string(b))
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}
