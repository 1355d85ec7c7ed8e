package classify

import (
	"maps"
	"slices"

	"uhri"
)

// Label returns the labels of a passage its publisher left without: by rule and model for every scheme in which it has
// no label of the publisher; what people corrected is laid over them by the store. A target brings its goal. m may be nil: then only rules label. It is
// deterministic and pure.
//
// Where the model knows a concept it decides, having learned how far each rule can be trusted; where it does not, the
// rule does. That way a trained model keeps the rules as its floor and is not held down by them.
func Label(m *Model, r *uhri.Recommendation) []uhri.Tag {
	l := uhri.English
	t, ok := r.Texts[l]
	for i := 0; !ok && i < len(uhri.Langs); i++ {
		l = uhri.Langs[i]
		t, ok = r.Texts[l]
	}
	if !ok || t.Full == "" {
		return nil
	}
	var silent []int
	for i, s := range Schemes {
		if published(r, s) == nil {
			silent = append(silent, i)
		}
	}
	if len(silent) == 0 {
		return nil
	}
	ws := words(subject(t))
	fired, hints := rules().fire(l, ws)
	var fs features
	if m != nil {
		fs = featuresOf(l, ws, fired, hints)
	}
	var out []uhri.Tag
	for _, i := range silent {
		out = append(out, tagsOf(m, i, m.scores(i, fs), fired)...)
	}
	return out
}

// tagsOf decides one scheme by the model's scores, if there are any, and the rules that matched.
func tagsOf(m *Model, si int, probabilities []float32, fired []label) []uhri.Tag {
	scheme := Schemes[si]
	tags := map[string]uhri.Tag{}
	var p *linear
	if len(probabilities) > 0 {
		p = m.parts[si]
		for j, s := range probabilities {
			if s >= p.Thresholds[j] {
				tags[p.Labels[j]] = uhri.Tag{Scheme: scheme, Concept: p.Labels[j], Origin: uhri.OriginModel, By: m.Version, Score: round(s)}
			}
		}
	}
	for _, f := range fired {
		if f.Scheme != scheme || rules().legacy[f] {
			continue
		}
		if p != nil {
			if _, known := p.index[f.Concept]; known {
				continue
			}
		}
		// A target brings its goal, so a rule's target has to find the model willing to hear of the goal.
		if p != nil && p.denies(f, probabilities) {
			continue
		}
		tags[f.Concept] = uhri.Tag{Scheme: scheme, Concept: f.Concept, Origin: uhri.OriginRule, By: "rules-" + rules().version}
	}
	// A target brings its goal, by the surest of the goal's targets.
	brought := map[string]uhri.Tag{}
	for _, target := range slices.Sorted(maps.Keys(tags)) {
		c, ok := uhri.ConceptBySlug(scheme, target)
		if _, has := tags[c.Parent]; !ok || has || c.Parent == "" {
			continue
		}
		if goal, has := brought[c.Parent]; !has || tags[target].Score > goal.Score {
			goal = tags[target]
			goal.Concept = c.Parent
			brought[c.Parent] = goal
		}
	}
	maps.Copy(tags, brought)
	out := make([]uhri.Tag, 0, len(tags))
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, tags[k])
	}
	return out
}

// denies reports whether the model knows the goal of a target and says no to it: less than half of what a yes takes.
func (p *linear) denies(target label, probabilities []float32) bool {
	c, _ := uhri.ConceptBySlug(target.Scheme, target.Concept)
	j, known := p.index[c.Parent]
	return known && probabilities[j] < p.Thresholds[j]/2
}

// round keeps three digits: more would claim a precision no evaluation shows.
func round(x float32) float64 { return float64(int(x*1000+0.5)) / 1000 }

// Version names what labels: the model, or the rules alone.
func Version(m *Model) string {
	if m == nil {
		return "rules-" + rules().version
	}
	return m.Version
}
