package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"uhri"
	"uhri/crawler/store"
)

func (p *program) harvestCommand() *cobra.Command {
	var from string
	var symbols []string
	cmd := &cobra.Command{
		Use:   "harvest SOURCE",
		Short: "Harvest one source now and publish what changed",
		Long: "Harvest one source now and publish what changed. Sources: uhri (all languages the address offers), uhri/en … uhri/zh,\n" +
			"upr, treatybodies, specialprocedures, folder.\n\n" +
			"  uhri harvest uhri --from export-full-en.json.gz          one language from a file\n" +
			"  uhri harvest uhri --from 'export-full-{lang}.json.gz'    all six\n" +
			"  uhri harvest folder --from DIR                           documents dropped into a folder\n" +
			"  uhri harvest treatybodies --symbol CEDAW/C/KEN/CO/8      one document",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.harvest(cmd.Context(), args[0], from, symbols)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "path or address to harvest from instead of the configured one; {lang} stands for the language")
	cmd.Flags().StringArrayVar(&symbols, "symbol", nil, "fetch only this document (repeatable)")
	return cmd
}

// harvest runs the feeds of one source in turn and publishes once. A feed that fails does not stop the others: English first,
// then each language by itself.
func (p *program) harvest(ctx context.Context, name, from string, symbols []string) error {
	f, err := p.openFolder(ctx, store.AnyKind)
	if err != nil {
		return err
	}
	defer f.Close()
	feeds, err := p.feeds(name, from, symbols, f)
	if err != nil {
		return err
	}
	var faults []error
	for _, d := range feeds {
		run, err := f.harvest(ctx, d)
		p.tellRun(run)
		if uhri.SourceOfDocuments(run.Source) && run.ID > 0 {
			err = errors.Join(err, f.tellRejections(ctx, run))
		}
		switch {
		case run.State == uhri.Blocked:
			err = exitCode{3, fmt.Errorf("%s: %w; leave the publisher alone until %s, and ask it for access", run.Source, err, run.Finished.Add(p.blockedWait()).UTC().Format("2006-01-02 15:04 UTC"))}
		case err != nil:
			err = fmt.Errorf("%s: %w", d.source.Name(), err)
		case len(symbols) > 0 && run.Rejected > 0:
			err = fmt.Errorf("%s: not all of what was asked for could be used; the reasons stand above", run.Source)
		case run.Documents != nil && run.Documents.Unread > 0:
			err = fmt.Errorf("%s: %d lists of documents could not be read; the reasons stand above", run.Source, run.Documents.Unread)
		case run.State == uhri.Quarantined:
			err = exitCode{4, fmt.Errorf("%s: quarantined, nothing was published of it: %s; look at it and `uhri accept %d` if it is right", run.Source, run.Reason, run.ID)}
		}
		faults = append(faults, err)
		if ctx.Err() != nil || (err != nil && d.source.Name() == "uhri/en" && run.State != uhri.Quarantined) {
			break // without English the other languages have nothing to attach to
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if _, err := f.relabel(ctx, false); err != nil {
		faults = append(faults, err)
	} else if err := f.publishAndTell(ctx); err != nil {
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// feeds finds what a source's name stands for.
func (p *program) feeds(name, from string, symbols []string, f *folder) ([]feed, error) {
	if lang, ok := strings.CutPrefix(name, "uhri/"); ok || name == "uhri" {
		if len(symbols) > 0 {
			return nil, uhri.Errorf(uhri.Invalid, "harvest", "--symbol is for sources of documents; the UHRI export comes whole")
		}
		addresses, fetch := p.cfg.Sources.UHRI.Addresses, p.exportFetch()
		langs := []uhri.Lang{uhri.English}
		if from != "" {
			addresses, langs = []string{from}, languagesOf(from)
		} else if p.cfg.Contact != "" {
			for _, l := range p.cfg.Sources.UHRI.Languages {
				langs = append(langs, uhri.Lang(l))
			}
		}
		if ok {
			if !uhri.Lang(lang).Valid() {
				return nil, uhri.Errorf(uhri.Invalid, "harvest", "%q is not one of en, fr, es, ru, ar, zh", lang)
			}
			langs = []uhri.Lang{uhri.Lang(lang)}
		}
		var out []feed
		for _, l := range langs {
			d, err := uhriFeed(l, addresses, fetch, f.store.Kind() == store.Demonstration)
			if err != nil {
				return nil, err
			}
			out = append(out, d)
		}
		return out, nil
	}
	return p.documentFeeds(name, from, symbols, f)
}

func (p *program) tellRun(r uhri.Run) {
	fmt.Fprintf(p.out, "%s: %s", r.Source, r.State)
	if r.State != uhri.Unchanged && r.In > 0 {
		fmt.Fprintf(p.out, ", %d in = %d new + %d changed + %d unchanged + %d rejected; %d withdrawn", r.In, r.New, r.Changed, r.Same, r.Rejected, r.Withdrawn)
	}
	if d := r.Documents; d != nil && d.Seen > 0 {
		fmt.Fprintf(p.out, "; documents: %d fetched, %d unchanged, %d failed", d.Fetched, d.Unchanged, d.Failed)
		if d.Waiting > 0 {
			fmt.Fprintf(p.out, "; %d more wait for the next run", d.Waiting)
		}
	}
	if r.Reason != "" {
		fmt.Fprintf(p.out, " (%s)", r.Reason)
	}
	if !r.Finished.IsZero() {
		fmt.Fprintf(p.out, ", %.1f s", r.Finished.Sub(r.Started).Seconds())
	}
	fmt.Fprintln(p.out)
}

// toldRejections is how many reasons a harvest prints; `uhri serve` shows the others on its status page.
const toldRejections = 20

// tellRejections prints which documents a run could not use, and why.
func (f *folder) tellRejections(ctx context.Context, run uhri.Run) error {
	list, err := f.store.Rejections(ctx, run.ID, toldRejections, 0)
	for _, r := range list {
		fmt.Fprintf(f.p.out, "  %s: %s\n", r.Key, r.Reason)
	}
	if more := run.Rejected - len(list); more > 0 && len(list) > 0 {
		fmt.Fprintf(f.p.out, "  and %d more\n", more)
	}
	return err
}

func (f *folder) publishAndTell(ctx context.Context) error {
	if f.p.err != nil {
		f.p.log.Info("publishing")
	}
	snap, built, err := f.publish(ctx, false, false)
	if err != nil {
		return err
	}
	if built {
		fmt.Fprintf(f.p.out, "published snapshot %s with %d records\n", snap.ID, snap.Records)
	} else {
		fmt.Fprintf(f.p.out, "snapshot %s is up to date\n", snap.ID)
	}
	return nil
}
