package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"uhri"
	"uhri/crawler/store"
	"uhri/index"
)

// folderStatus is what `uhri status` tells.
type folderStatus struct {
	Folder    string              `json:"folder"`
	Kind      store.Kind          `json:"kind"`
	Seq       uhri.Seq            `json:"seq"`
	Published *index.Snapshot     `json:"published"`
	Model     string              `json:"model"`
	Sources   []uhri.SourceStatus `json:"sources"`
}

func (p *program) statusCommand() *cobra.Command {
	var asJSON, probe bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Tell how every source is doing and what is published",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if probe {
				return p.probe(cmd.Context())
			}
			if err := p.existing(); err != nil {
				return err
			}
			f, err := p.openFolder(cmd.Context(), store.AnyKind)
			if err != nil {
				return err
			}
			defer f.Close()
			st, err := f.status(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(st)
			}
			p.printStatus(st)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.Flags().BoolVar(&probe, "probe", false, "ask a running service whether it is alive; for container health checks")
	return cmd
}

func (f *folder) status(ctx context.Context) (folderStatus, error) {
	st := folderStatus{Folder: f.p.cfg.Data, Kind: f.store.Kind(), Model: "not trained; rules label alone"}
	var err error
	if st.Seq, err = f.store.Seq(ctx); err != nil {
		return st, err
	}
	if st.Sources, err = f.store.SourceStatuses(ctx); err != nil {
		return st, err
	}
	if e, err := f.engine.Status(ctx); err == nil {
		st.Published = &e.Current
	} else if uhri.KindOf(err) != uhri.Unavailable {
		return st, err
	}
	if m, err := f.p.model(); err != nil {
		st.Model = "cannot be read: " + err.Error()
	} else if m != nil {
		st.Model = fmt.Sprintf("%s, trained on %d records, held-out micro-F1 %.3f", m.Version, m.Trained, m.Heldout.F1)
	}
	return st, nil
}

func (p *program) printStatus(st folderStatus) {
	fmt.Fprintf(p.out, "folder     %s (%s)\n", st.Folder, st.Kind)
	if st.Published == nil {
		fmt.Fprintln(p.out, "published  nothing yet")
	} else {
		fmt.Fprintf(p.out, "published  snapshot %s, %d records", st.Published.ID, st.Published.Records)
		if st.Published.Seq != st.Seq {
			fmt.Fprintf(p.out, "; the store is ahead of it: `uhri publish`")
		}
		fmt.Fprintln(p.out)
	}
	fmt.Fprintf(p.out, "labels     model: %s\n\n", st.Model)
	w := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "source\tstate\trecords\tlast success\tin\tnew\tchanged\tunchanged\twithdrawn\trejected\t")
	for _, s := range st.Sources {
		r := uhri.Run{}
		if s.Last != nil {
			r = *s.Last
		}
		success := "never"
		if !s.LastSuccess.IsZero() {
			success = s.LastSuccess.UTC().Format("2006-01-02 15:04")
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", s.Source, s.State, s.Records, success, r.In, r.New, r.Changed, r.Same, r.Withdrawn, r.Rejected, s.Reason)
	}
	w.Flush()
}

// probe asks the admin listener of this configuration for its life sign.
func (p *program) probe(ctx context.Context) error {
	host, port, err := net.SplitHostPort(p.cfg.Server.AdminListen)
	if err != nil {
		return uhri.Errorf(uhri.Invalid, "status", "server.admin_listen is off, so there is nothing to probe")
	}
	if host == "" || host == "0.0.0.0" || host == "::" {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/livez", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the service answers %s", res.Status)
	}
	return nil
}
