package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"uhri"
	"uhri/crawler"
	"uhri/crawler/store"
)

// onFolder is a command that needs an existing data folder.
func (p *program) onFolder(do func(cmd *cobra.Command, args []string, f *folder) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := p.existing(); err != nil {
			return err
		}
		f, err := p.openFolder(cmd.Context(), store.AnyKind)
		if err != nil {
			return err
		}
		defer f.Close()
		return do(cmd, args, f)
	}
}

func (p *program) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Check that the store is whole and the snapshot says what it says",
		Args:  cobra.NoArgs,
		RunE: p.onFolder(func(cmd *cobra.Command, _ []string, f *folder) error {
			ctx := cmd.Context()
			r, err := f.store.Check(ctx)
			if err != nil {
				return err
			}
			fmt.Fprintf(p.out, "store      %d records, %d texts in other languages, %d gone, state %d\n", r.Records, r.Texts, r.Gone, r.Seq)
			fmt.Fprintf(p.out, "disk       %d MB used", r.Bytes>>20)
			if r.FreeBytes >= 0 {
				fmt.Fprintf(p.out, ", %d MB free", r.FreeBytes>>20)
			}
			fmt.Fprintln(p.out)
			st, err := f.engine.Status(ctx)
			switch {
			case uhri.KindOf(err) == uhri.Unavailable:
				r.Warnings = append(r.Warnings, "nothing is published; run `uhri publish`")
			case err != nil:
				r.Faults = append(r.Faults, "the index cannot be read: "+err.Error()+"; delete the index folder and run `uhri publish`")
			default:
				fmt.Fprintf(p.out, "published  snapshot %s, %d records, state %d\n", st.Current.ID, st.Current.Records, st.Current.Seq)
				if st.Current.Seq == r.Seq && st.Current.Records != r.Records {
					r.Faults = append(r.Faults, fmt.Sprintf("the snapshot has %d records, the store %d at the same state; run `uhri publish --force`", st.Current.Records, r.Records))
				} else if st.Current.Seq != r.Seq {
					r.Warnings = append(r.Warnings, "the store is ahead of the snapshot; run `uhri publish`")
				}
			}
			for _, w := range r.Warnings {
				fmt.Fprintln(p.out, "warning:", w)
			}
			for _, s := range r.Faults {
				fmt.Fprintln(p.out, "FAULT:", s)
			}
			if len(r.Faults) > 0 {
				return fmt.Errorf("%d faults; restore the last backup, or harvest again into a new folder", len(r.Faults))
			}
			fmt.Fprintln(p.out, "whole")
			return nil
		}),
	}
}

func (p *program) publishCommand() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "publish",
		Short: "Build a snapshot of the store now",
		Args:  cobra.NoArgs,
		RunE: p.onFolder(func(cmd *cobra.Command, _ []string, f *folder) error {
			if force {
				snap, _, err := f.publish(cmd.Context(), true, false)
				if err == nil {
					fmt.Fprintf(p.out, "published snapshot %s with %d records\n", snap.ID, snap.Records)
				}
				return err
			}
			return f.publishAndTell(cmd.Context())
		}),
	}
	cmd.Flags().BoolVar(&force, "force", false, "also when the store has not changed since")
	return cmd
}

func (p *program) acceptCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "accept RUN",
		Short: "Promote a quarantined run and publish it",
		Args:  cobra.ExactArgs(1),
		RunE: p.onFolder(func(cmd *cobra.Command, args []string, f *folder) error {
			n, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return uhri.Errorf(uhri.Invalid, "accept", "%q is not the number of a run; `uhri status` shows them", args[0])
			}
			run, err := f.store.Accept(cmd.Context(), n)
			if err != nil {
				return err
			}
			p.tellRun(run)
			if _, err := f.relabel(cmd.Context(), false); err != nil {
				return err
			}
			return f.publishAndTell(cmd.Context())
		}),
	}
}

func (p *program) suppressCommand() *cobra.Command {
	var reason string
	var list bool
	cmd := &cobra.Command{
		Use:   "suppress ID|SYMBOL --reason TEXT",
		Short: "Take a record or a document down everywhere",
		Long: "Take a record or a document down: its text leaves records, history, raw forms, pins, dumps and every\n" +
			"snapshot; a tombstone without text stays; no later harvest brings it back. `uhri unsuppress` ends it. Backups made\n" +
			"before keep the text.",
		Args: cobra.MaximumNArgs(1),
		RunE: p.onFolder(func(cmd *cobra.Command, args []string, f *folder) error {
			if list {
				all, err := f.store.Suppressions(cmd.Context())
				if err != nil {
					return err
				}
				for _, s := range all {
					fmt.Fprintf(p.out, "%s  %s  %s\n", s.At.Format("2006-01-02"), s.What, s.Reason)
				}
				return nil
			}
			if len(args) != 1 {
				return uhri.Errorf(uhri.Invalid, "suppress", "name one record ID or symbol")
			}
			t, err := f.store.Suppress(cmd.Context(), what(args[0]), reason)
			if err != nil {
				return err
			}
			fmt.Fprintf(p.out, "%d records suppressed\n", len(t.IDs))
			return f.purge(cmd)
		}),
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the operators after you")
	cmd.Flags().BoolVar(&list, "list", false, "list what is suppressed")
	return cmd
}

func (p *program) unsuppressCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "unsuppress ID|SYMBOL",
		Short: "End a takedown; the next harvest brings the text back",
		Args:  cobra.ExactArgs(1),
		RunE: p.onFolder(func(cmd *cobra.Command, args []string, f *folder) error {
			t, err := f.store.Unsuppress(cmd.Context(), what(args[0]))
			if err != nil {
				return err
			}
			fmt.Fprintf(p.out, "%d records are free again; harvest %s to bring them back\n", len(t.IDs), strings.Join(t.Sources, ", "))
			return f.purge(cmd)
		}),
	}
}

// what reads an ID or a symbol as an operator types it.
func what(s string) string {
	if symbol, err := uhri.ParseSymbol(s); err == nil {
		return string(symbol)
	}
	return strings.ToLower(strings.TrimSpace(s))
}

// purge publishes at once and drops every older snapshot: they still hold the text.
func (f *folder) purge(cmd *cobra.Command) error {
	dumps := f.p.dumps()
	gone, err := dumps.Drop()
	if err != nil {
		return fmt.Errorf("the text is gone from the store but still in the dumps and the published snapshot; run the command again: %w", err)
	}
	snap, _, err := f.publish(cmd.Context(), true, true)
	if err == nil {
		_, err = dumps.Drop() // one may have been made of the old snapshot meanwhile
	}
	if err != nil {
		return fmt.Errorf("the text is gone from the store but still in the published snapshot; run the command again: %w", err)
	}
	fmt.Fprintf(f.p.out, "published snapshot %s; older snapshots are gone\n", snap.ID)
	if gone > 0 {
		fmt.Fprintln(f.p.out, "dumps are gone too; `uhri dump` makes a new one")
	}
	return nil
}

func (p *program) backupCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Write a copy of the store, also while it is in use",
		Long:  "Write a copy of the store, also while it is in use. To restore, put the file as records.db into an empty data folder and run `uhri publish`.",
		Args:  cobra.ExactArgs(1),
		RunE: p.onFolder(func(cmd *cobra.Command, args []string, f *folder) error {
			if err := f.store.Backup(cmd.Context(), args[0]); err != nil {
				return err
			}
			fmt.Fprintln(p.out, "written", args[0])
			return nil
		}),
	}
}

func (p *program) reprocessCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "reprocess [SOURCE]",
		Short: "Read stored raw forms again after an update, without fetching",
		Args:  cobra.MaximumNArgs(1),
		RunE: p.onFolder(func(cmd *cobra.Command, args []string, f *folder) error {
			ctx := cmd.Context()
			sources, err := f.store.SourceStatuses(ctx)
			if err != nil {
				return err
			}
			done := 0
			for _, s := range sources {
				if len(args) == 1 && s.Source != args[0] {
					continue
				}
				process, err := p.processOf(s.Source, f)
				if err != nil {
					return err
				}
				run, err := f.store.Reprocess(ctx, s.Source, process, all, nil)
				if err != nil {
					return err
				}
				done++
				fmt.Fprintf(p.out, "%s: %d records read otherwise now\n", s.Source, run.Reprocessed)
			}
			if done == 0 && len(args) == 1 {
				return uhri.Errorf(uhri.NotFound, "reprocess", "nothing was harvested from %q", args[0])
			}
			if _, err := f.relabel(ctx, all); err != nil {
				return err
			}
			return f.publishAndTell(ctx)
		}),
	}
	cmd.Flags().BoolVar(&all, "all", false, "also what this version has read already")
	return cmd
}

// processOf is the reading of a source's items.
func (p *program) processOf(source string, f *folder) (crawler.Process, error) {
	if strings.HasPrefix(source, "uhri/") {
		d, err := uhriFeed(uhri.Lang(strings.TrimPrefix(source, "uhri/")), p.cfg.Sources.UHRI.Addresses, nil, f.store.Kind() == store.Demonstration)
		return d.process, err
	}
	return p.documentProcess(source, f)
}

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintf(p.out, "uhri %s (%s, %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			if b, ok := debug.ReadBuildInfo(); ok {
				for _, d := range b.Deps {
					if d.Path == "github.com/blevesearch/bleve/v2" {
						fmt.Fprintf(p.out, ", bleve %s", d.Version)
					}
				}
			}
			fmt.Fprintln(p.out, ")")
			return nil
		},
	}
}
