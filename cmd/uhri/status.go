package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
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
	if err := f.addReviews(ctx, st.Sources); err != nil {
		return st, err
	}
	client := f.p.client(f.store.Kind() == store.Demonstration)
	for i := range st.Sources {
		s := &st.Sources[i]
		s.Politeness, s.UserAgent = f.p.politeness(client), client.UserAgent()
		if s.State == uhri.Blocked {
			s.BlockedUntil = s.Last.Finished.Add(f.p.blockedWait())
		}
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

// addReviews tells of each source what it has to be looked at in the published snapshot.
func (f *folder) addReviews(ctx context.Context, sources []uhri.SourceStatus) error {
	e, err := f.engine.Status(ctx)
	if err != nil {
		if uhri.KindOf(err) == uhri.Unavailable {
			return nil // nothing is published, so nothing can be looked at
		}
		return err
	}
	for i := range sources {
		for _, s := range e.Current.Sources {
			if s.Source == sources[i].Source {
				sources[i].Review = s.Review
			}
		}
	}
	return nil
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
	documents := slices.DeleteFunc(slices.Clone(st.Sources), func(s uhri.SourceStatus) bool { return s.Last == nil || s.Last.Documents == nil })
	if len(documents) > 0 {
		fmt.Fprintln(p.out)
		fmt.Fprintln(w, "documents\theld\tseen\tfetched\tunchanged\tfailed\twaiting\tlists not read\tto be looked at\t")
		for _, s := range documents {
			d, review := s.Last.Documents, 0
			if s.Review != nil {
				review = s.Review.Documents
			}
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", s.Source, s.Documents, d.Seen, d.Fetched, d.Unchanged, d.Failed, d.Waiting, d.Unread, review)
		}
		w.Flush()
	}
	for _, s := range st.Sources {
		if !s.BlockedUntil.IsZero() {
			fmt.Fprintf(p.out, "\n%s is blocked by the publisher: %s. The service asks again from %s; ask the publisher for access, and leave it alone until then.\n", s.Source, s.Reason, s.BlockedUntil.UTC().Format("2006-01-02 15:04 UTC"))
		}
	}
	if len(st.Sources) > 0 {
		fmt.Fprintf(p.out, "\nservers    %s\n           User-Agent: %s\n", st.Sources[0].Politeness, st.Sources[0].UserAgent)
	}
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
