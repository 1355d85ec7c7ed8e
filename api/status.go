package api

import (
	"context"
	"time"

	"uhri"
	"uhri/index"
)

// Status says what is served and how its sources are doing. It answers before the first snapshot too.
type Status struct {
	State    string              `json:"state" enum:"ready,waiting" doc:"waiting: no snapshot is published yet"`
	Detail   string              `json:"detail,omitzero" doc:"why there is none"`
	Version  string              `json:"version,omitzero" doc:"of the software"`
	Contact  string              `json:"contact,omitzero" doc:"of the operator"`
	Snapshot *Snapshot           `json:"snapshot,omitzero" doc:"what answers now"`
	Previous *Snapshot           `json:"previous,omitzero" doc:"what still answers cursors and snapshot="`
	Sources  []uhri.SourceStatus `json:"sources" nullable:"false" doc:"each source as it is now"`
	Demo     bool                `json:"demonstration"`
}

// Snapshot is a published state of the collection.
type Snapshot struct {
	ID       string    `json:"id" doc:"for snapshot= and for citing"`
	Created  time.Time `json:"created"`
	Records  int       `json:"records"`
	NoReview int       `json:"no_review,omitzero" doc:"records whose review cannot be told, those of latest=unknown"`
	Analysis int       `json:"analysis" doc:"version of how words are read; numbers of different versions may differ"`
}

func newSnapshot(s index.Snapshot) *Snapshot {
	return &Snapshot{ID: s.ID, Created: s.Created, Records: s.Records, NoReview: s.NoReview, Analysis: s.Analysis}
}

func (a *API) status(ctx context.Context, c *call) (*reply[Status], error) {
	if faults := c.only(); len(faults) > 0 {
		return nil, a.invalid(c, faults)
	}
	out := Status{State: "ready", Version: a.o.Version, Contact: a.o.Contact, Sources: []uhri.SourceStatus{}, Demo: a.o.Demo}
	id := ""
	switch st, err := a.o.Searcher.Status(ctx); {
	case err == nil:
		out.Snapshot, id = newSnapshot(st.Current), st.Current.ID
		out.Demo = out.Demo || st.Current.Demo
		if st.Previous != nil {
			out.Previous = newSnapshot(*st.Previous)
		}
	case uhri.KindOf(err) == uhri.Unavailable:
		out.State, out.Detail = "waiting", uhri.Message(err)
	default:
		return nil, a.fail(ctx, c, err)
	}
	if a.o.Sources != nil {
		sources, err := a.o.Sources.SourceStatus(ctx)
		if err != nil {
			return nil, a.fail(ctx, c, err)
		}
		out.Sources = append(out.Sources, sources...)
	}
	return newReply("", id, out), nil
}
