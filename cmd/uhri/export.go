package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"uhri"
	"uhri/api/export"
	"uhri/crawler"
	"uhri/crawler/store"
	"uhri/index"
)

func (p *program) exportCommand() *cobra.Command {
	var format, out, columns, lang string
	var filters []string
	var bom bool
	cmd := &cobra.Command{
		Use:   "export ['QUERY']",
		Short: "Write a whole result set to a file, with its manifest beside it",
		Long: "Write every match of a query, or the whole corpus, to a file, and FILE.manifest.json beside it. The same query on the same\n" +
			"snapshot gives the same bytes.\n\n" +
			"  uhri export 'torture' --filter country=KEN --format xlsx -o torture-kenya.xlsx\n" +
			"  uhri export --format ndjson -o corpus.ndjson",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			q := url.Values{}
			if len(args) == 1 {
				q.Set("q", args[0])
			}
			for name, v := range map[string]string{"columns": columns, "lang": lang} {
				for one := range strings.SplitSeq(v, ",") {
					if one = strings.TrimSpace(one); one != "" {
						q.Add(name, one)
					}
				}
			}
			if bom {
				q.Set("bom", "1")
			}
			for _, f := range filters {
				name, v, ok := strings.Cut(f, "=")
				if !ok {
					return uhri.Errorf(uhri.Invalid, "", "--filter %q: write name=value, such as country=KEN", f)
				}
				q.Add(name, v)
			}
			return p.export(cmd, format, out, q)
		},
	}
	f := cmd.Flags()
	f.StringVar(&format, "format", "csv", "csv, xlsx, ndjson, json, parquet, ris, bib or csl.json")
	f.StringVarP(&out, "output", "o", "", "file to write; - is standard output, without a manifest")
	f.StringVar(&columns, "columns", "", "columns to write, separated by commas; the data dictionary lists them")
	f.StringVar(&lang, "lang", "", "languages of the texts in order of preference, separated by commas")
	f.StringArrayVar(&filters, "filter", nil, "name=value, as in the API (repeatable)")
	f.BoolVar(&bom, "bom", false, "begin CSV with a byte order mark, for spreadsheets that need it")
	return cmd
}

func (p *program) export(cmd *cobra.Command, format, out string, q url.Values) error {
	ctx := cmd.Context()
	if out == "" {
		return uhri.Errorf(uhri.Invalid, "export", "name a file with -o; - is standard output")
	}
	if err := p.existing(); err != nil {
		return err
	}
	f, err := p.openFolder(ctx, store.AnyKind)
	if err != nil {
		return err
	}
	defer f.Close()
	server := export.NewServer(export.Options{Searcher: f.engine, BaseURL: p.cfg.Server.BaseURL, Rights: p.cfg.Rights, Version: version,
		Demo: f.store.Kind() == store.Demonstration, Log: p.log})
	req, plan, faults := server.Plan(format, q, true)
	if len(faults) > 0 {
		return faultsError(faults)
	}
	res, err := export.Count(ctx, f.engine, req)
	if err != nil {
		return err
	}
	server.Describe(req, res, plan)
	req.Snapshot = res.Snapshot.ID
	p.warnOfAddresses()
	if out == "-" {
		_, err := export.Sidecar(ctx, p.out, f.engine, req, plan, nil) // which counts the rows too
		return err
	}
	// A file that stands there is a whole file.
	draft, err := export.NewDraft(filepath.Dir(out), false)
	if err != nil {
		return err
	}
	defer draft.Drop()
	tmp, err := os.OpenFile(draft.Path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	bar := newProgress(p.err, "export")
	m, err := export.Sidecar(ctx, tmp, f.engine, req, plan, func(rows int) {
		bar.tell(crawler.Progress{Items: rows, Bytes: int64(rows), TotalBytes: int64(res.Total)})
	})
	bar.stop()
	if err = errors.Join(err, tmp.Chmod(0o644), tmp.Close()); err != nil {
		return err
	}
	if err := draft.Place(out); err != nil {
		return err
	}
	m.Created = time.Now().UTC()
	b, err := m.JSON()
	if err != nil {
		return err
	}
	if err := os.WriteFile(out+".manifest.json", b, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%d records written to %s (%d bytes, SHA-256 %s), described in %s.manifest.json\n", m.Rows, out, m.Bytes, m.SHA256, out)
	return nil
}

// dumps are the whole-corpus files people download from /data.
func (p *program) dumps() export.Dumps { return export.Dumps{Dir: filepath.Join(p.cfg.Data, "dumps")} }

func (p *program) dumpCommand() *cobra.Command {
	var formats []string
	var out string
	var keep int
	cmd := &cobra.Command{
		Use:   "dump",
		Short: "Write the whole corpus as files for people to download, with a data package",
		Long: "Write the published snapshot as files with manifests and a Frictionless data package (datapackage.json), named by the\n" +
			"snapshot, to the data folder; the portal's page /data offers them. With -o the folder is written elsewhere, to be\n" +
			"deposited in an archive. Run it on a schedule of your own, also while `uhri serve` runs. A takedown removes all dumps.",
		Args: cobra.NoArgs,
		RunE: p.onFolder(func(cmd *cobra.Command, _ []string, f *folder) error {
			return p.dump(cmd.Context(), f, formats, out, keep)
		}),
	}
	cmd.Flags().StringSliceVar(&formats, "formats", export.DumpFormats(), "csv, xlsx, ndjson, json, parquet, ris, bib, csl.json")
	cmd.Flags().StringVarP(&out, "output", "o", "", "folder to write instead; it must not exist")
	cmd.Flags().IntVar(&keep, "keep", 3, "how many dumps stay in the data folder")
	return cmd
}

func (p *program) dump(ctx context.Context, f *folder, formats []string, out string, keep int) error {
	if keep < 1 {
		return uhri.Errorf(uhri.Invalid, "dump", "--keep must be at least 1")
	}
	st, err := f.engine.Status(ctx)
	if err != nil {
		return err
	}
	dir := out
	if dir == "" {
		dir = p.dumps().Path(st.Current.ID)
		if _, err := os.Stat(dir); err == nil {
			fmt.Fprintf(p.out, "snapshot %s is dumped already, in %s\n", st.Current.ID, dir)
			return nil
		}
	}
	p.warnOfAddresses()
	before, err := f.store.Suppressions(ctx)
	if err != nil {
		return err
	}
	server := export.NewServer(export.Options{Searcher: f.engine, BaseURL: p.cfg.Server.BaseURL, Rights: p.cfg.Rights, Version: version,
		Demo: f.store.Kind() == store.Demonstration, Log: p.log})
	bar := newProgress(p.err, "dump")
	locked := false
	d, err := server.WriteDump(ctx, dir, formats, func(_ string, rows, total int) {
		bar.tell(crawler.Progress{Items: rows, Bytes: int64(rows), TotalBytes: int64(total)})
	}, func(index.Snapshot) error {
		// Under the lock no snapshot is purged, so what was not taken down by now will find this dump.
		if err := p.ensureLock(ctx, f.lock); err != nil {
			return err
		}
		locked = true
		after, err := f.store.Suppressions(ctx)
		if err == nil && len(after) != len(before) {
			err = uhri.Errorf(uhri.Unavailable, "dump", "something was taken down while the dump was written; run the command again")
		}
		return err
	})
	bar.stop()
	if locked {
		err = errors.Join(err, f.lock.Unlock())
	}
	if err != nil {
		return err
	}
	if out == "" {
		if err := p.dumps().Keep(keep); err != nil {
			return err
		}
	}
	for _, file := range d.Files {
		fmt.Fprintf(p.out, "%12d  %s\n", file.Bytes, filepath.Join(dir, file.Name))
	}
	return nil
}

// warnOfAddresses tells that files will lead nowhere from outside.
func (p *program) warnOfAddresses() {
	if p.cfg.Server.BaseURL == "" {
		fmt.Fprintln(p.err, "links to records begin with /r/: set server.base_url for whole addresses")
	}
}

func (p *program) verifyCommand() *cobra.Command {
	var sidecar string
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check an exported file against its manifest",
		Long: "Check an exported file, from the command line, the portal or a dump, against its manifest: size, SHA-256, rows. The\n" +
			"manifest is FILE.manifest.json unless --manifest names another. Exit code 2 says that the file is not the one described.",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			name := args[0]
			file, err := os.Open(name)
			if errors.Is(err, os.ErrNotExist) {
				return uhri.Errorf(uhri.NotFound, "", "there is no file %s", name)
			} else if err != nil {
				return err
			}
			defer file.Close()
			if sidecar == "" {
				sidecar = name + ".manifest.json"
			}
			b, err := os.ReadFile(sidecar)
			if errors.Is(err, os.ErrNotExist) {
				return uhri.Errorf(uhri.NotFound, "", "there is no manifest %s; `uhri export` writes it beside the file, the portal offers it beside each format; --manifest names one that is called otherwise", sidecar)
			} else if err != nil {
				return err
			}
			var m export.Manifest
			if err := json.Unmarshal(b, &m); err != nil {
				return uhri.Errorf(uhri.Invalid, "", "%s is not a manifest: %v", sidecar, err)
			}
			if err := export.Verify(file, m); err != nil {
				return err
			}
			fmt.Fprintf(p.out, "%s is what its manifest says: %d records of snapshot %s\n", name, m.Rows, m.Snapshot.ID)
			return nil
		},
	}
	cmd.Flags().StringVar(&sidecar, "manifest", "", "the manifest, where it is not FILE.manifest.json")
	return cmd
}
