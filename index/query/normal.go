package query

// and returns the conjunction of nodes in normal form.
func and(nodes ...Node) Node {
	var kids []Node
	for _, n := range nodes {
		switch n := n.(type) {
		case All:
		case And:
			kids = append(kids, n.Kids...)
		default:
			kids = append(kids, n)
		}
	}
	switch len(kids) {
	case 0:
		return All{}
	case 1:
		return kids[0]
	}
	return And{kids}
}

// or returns the disjunction of nodes in normal form.
func or(nodes ...Node) Node {
	var kids []Node
	for _, n := range nodes {
		switch n := n.(type) {
		case All:
			return All{}
		case Or:
			kids = append(kids, n.Kids...)
		default:
			kids = append(kids, n)
		}
	}
	if kids = mergeFields(kids); len(kids) == 1 {
		return kids[0]
	}
	return Or{kids}
}

// not returns the negation of n in normal form.
func not(n Node) Node {
	if n, ok := n.(Not); ok {
		return n.Kid
	}
	return Not{n}
}

// AndOf, OrOf and NotOf combine nodes into a tree in normal form: flat, without needless levels, alternatives of one
// field in one node. Without nodes, AndOf is All.
func AndOf(nodes ...Node) Node { return and(nodes...) }

// OrOf returns the disjunction of at least one node; see AndOf.
func OrOf(nodes ...Node) Node { return or(nodes...) }

// NotOf returns the negation; see AndOf.
func NotOf(n Node) Node { return not(n) }

// Leaves calls visit for each leaf from left to right with whether a Not stands above it.
func Leaves(n Node, visit func(leaf Node, negated bool)) { walk(n, false, visit) }

func walk(n Node, negated bool, visit func(Node, bool)) {
	switch n := n.(type) {
	case And:
		for _, k := range n.Kids {
			walk(k, negated, visit)
		}
	case Or:
		for _, k := range n.Kids {
			walk(k, negated, visit)
		}
	case Not:
		walk(n.Kid, true, visit)
	default:
		visit(n, negated)
	}
}

// leaves counts what a query costs: its leaves, each value of a field being one.
func leaves(n Node) int {
	count := 0
	Leaves(n, func(leaf Node, _ bool) {
		switch leaf := leaf.(type) {
		case Field:
			count += max(1, len(leaf.Values))
		case IDs:
			count += len(leaf.Values)
		case Near:
			count += 2
		default:
			count++
		}
	})
	return count
}

// Map returns the tree with each leaf replaced, in normal form.
func Map(n Node, replace func(Node) Node) Node {
	switch n := n.(type) {
	case And:
		return and(mapAll(n.Kids, replace)...)
	case Or:
		return or(mapAll(n.Kids, replace)...)
	case Not:
		return not(Map(n.Kid, replace))
	}
	return replace(n)
}

func mapAll(nodes []Node, replace func(Node) Node) []Node {
	out := make([]Node, len(nodes))
	for i, n := range nodes {
		out[i] = Map(n, replace)
	}
	return out
}

// Scores reports whether any leaf of the tree can score, so that an order by relevance means something.
func Scores(n Node) bool {
	found := false
	Leaves(n, func(leaf Node, negated bool) {
		switch leaf.(type) {
		case Word, Phrase, Near, SymbolText:
			found = found || !negated
		}
	})
	return found
}

// HasText reports whether any leaf looks at the text.
func HasText(n Node) bool {
	found := false
	Leaves(n, func(leaf Node, _ bool) {
		switch leaf.(type) {
		case Word, Phrase, Near, SymbolText, Prefix, Wildcard:
			found = true
		}
	})
	return found
}

// Exact returns the tree with every word standing for itself only, as if it had been quoted.
func Exact(n Node) Node { return Map(n, exact) }

func exact(leaf Node) Node {
	switch n := leaf.(type) {
	case Word:
		return Phrase{Terms: []string{n.Term}}
	case Phrase:
		n.Forms = false
		return n
	case Near:
		n.A, n.B = exact(n.A), exact(n.B)
		return n
	}
	return leaf
}
