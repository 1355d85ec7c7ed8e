package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"uhri"
	"uhri/index"
	"uhri/index/indextest"
	"uhri/index/query"

	_ "modernc.org/sqlite"
)

// sqlite is SQLite FTS5 as somebody who knows it would set it up: external-content FTS with the Porter stemmer and an
// optimised index, one narrow table per facet without row IDs, matches gathered once in a temporary table and facets
// counted from it, the first twenty chosen before anything is highlighted, a large page cache, everything analysed.
type sqlite struct{ db *sql.DB }

// multi are the facets with several values a record: a table each. The others are columns.
var multi = []string{"theme", "group", "goal", "country"}

func buildSQLite(ctx context.Context, dir string, g indextest.Generated) (peer, error) {
	db, err := sql.Open("sqlite", filepath.Join(dir, "peer.db")+"?_pragma=journal_mode(off)&_pragma=synchronous(off)&_pragma=cache_size(-400000)&_pragma=mmap_size(2000000000)&_pragma=temp_store(memory)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	s := &sqlite{db}
	exec := func(stmts ...string) error {
		for _, stmt := range stmts {
			if _, err := db.ExecContext(ctx, stmt); err != nil {
				return fmt.Errorf("%s: %w", stmt, err)
			}
		}
		return nil
	}
	stmts := []string{
		"CREATE TABLE rec(id INTEGER PRIMARY KEY, uuid TEXT, symbol TEXT, text TEXT, date INT, year INT, mechanism TEXT, body TEXT)",
		"CREATE VIRTUAL TABLE fts USING fts5(text, content='rec', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2')",
	}
	for _, f := range multi {
		stmts = append(stmts, `CREATE TABLE "f_`+f+`"(rid INT, v TEXT, PRIMARY KEY(rid, v)) WITHOUT ROWID`)
	}
	if err := exec(stmts...); err != nil {
		return nil, err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	insert := map[string]*sql.Stmt{}
	prepare := func(name, stmt string) error {
		insert[name], err = tx.PrepareContext(ctx, stmt)
		return err
	}
	if err := prepare("rec", "INSERT INTO rec VALUES(?,?,?,?,?,?,?,?)"); err != nil {
		return nil, err
	}
	if err := prepare("fts", "INSERT INTO fts(rowid, text) VALUES(?,?)"); err != nil {
		return nil, err
	}
	for _, f := range multi {
		if err := prepare(f, `INSERT INTO "f_`+f+`" VALUES(?,?)`); err != nil {
			return nil, err
		}
	}
	id := 0
	for r := range g.Each() {
		id++
		text := r.Texts[uhri.English].Full
		if _, err := insert["rec"].Exec(id, string(r.ID), string(r.Symbol), text, r.Date.Key(), r.Date.Year, string(r.Mechanism), r.Body); err != nil {
			return nil, err
		}
		if _, err := insert["fts"].Exec(id, text); err != nil {
			return nil, err
		}
		for _, name := range multi {
			f, _ := uhri.FacetByName(name)
			for _, v := range f.Of(r) {
				if _, err := insert[name].Exec(id, v); err != nil {
					return nil, err
				}
			}
		}
	}
	if err := tx.Commit(); err != nil {
		return nil, err
	}
	stmts = []string{
		"INSERT INTO fts(fts) VALUES('optimize')",
		"CREATE TABLE narrow(id INTEGER PRIMARY KEY, mechanism TEXT, year INT)", "INSERT INTO narrow SELECT id, mechanism, year FROM rec",
		"CREATE INDEX by_date ON rec(date DESC, uuid)", "CREATE INDEX by_mechanism ON rec(mechanism)", "CREATE INDEX by_body ON rec(body)", "CREATE INDEX by_year ON rec(year)",
	}
	for _, f := range multi {
		stmts = append(stmts, `CREATE INDEX "i_`+f+`" ON "f_`+f+`"(v, rid)`)
	}
	if err := exec(append(stmts, "ANALYZE", "CREATE TEMP TABLE hit(id INTEGER PRIMARY KEY)")...); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *sqlite) name() string { return "sqlite" }

func (s *sqlite) close() error { return s.db.Close() }

// match writes a tree as an FTS5 query.
func match(n query.Node) string {
	quoted := func(w string) string { return `"` + w + `"` }
	switch n := n.(type) {
	case query.Word:
		return quoted(n.Term)
	case query.Phrase:
		return quoted(strings.Join(n.Terms, " "))
	case query.Prefix:
		return quoted(n.Stem) + "*"
	case query.Or:
		var parts []string
		for _, k := range n.Kids {
			parts = append(parts, match(k))
		}
		return "(" + strings.Join(parts, " OR ") + ")"
	case query.And:
		var with []string
		without := ""
		for _, k := range n.Kids {
			if not, ok := k.(query.Not); ok {
				without += " NOT " + match(not.Kid)
			} else {
				with = append(with, match(k))
			}
		}
		return "((" + strings.Join(with, " AND ") + ")" + without + ")"
	}
	return ""
}

func (s *sqlite) run(ctx context.Context, c indextest.Case, sort index.Sort, facets []string) (int, error) {
	p, err := index.Prepare(c.Request)
	if err != nil {
		return 0, err
	}
	words := match(p.Tree)
	from, args := "FROM rec r", []any{}
	var where []string
	if words != "" {
		from = "FROM fts JOIN rec r ON r.id = fts.rowid"
		where, args = append(where, "fts MATCH ?"), append(args, words)
	}
	filtered := false
	for _, f := range p.Request.Filters {
		marks := strings.TrimSuffix(strings.Repeat("?,", len(f.Values)), ",")
		if slices.Contains(multi, f.Facet) {
			where = append(where, `r.id IN (SELECT rid FROM "f_`+f.Facet+`" WHERE v IN (`+marks+"))")
		} else {
			where = append(where, "r."+f.Facet+" IN ("+marks+")")
		}
		for _, v := range f.Values {
			args = append(args, v)
		}
		filtered = true
	}
	if !p.Request.From.IsZero() {
		where = append(where, "r.date BETWEEN ? AND ?")
		args = append(args, p.Request.From.Key(), p.Request.To.Last().Key())
		filtered = true
	}
	selectIDs := "SELECT r.id " + from
	if words != "" && !filtered {
		selectIDs = "SELECT rowid FROM fts WHERE fts MATCH ?" // the join costs, and nothing needs it
	} else if len(where) > 0 {
		selectIDs += " WHERE " + strings.Join(where, " AND ")
	}
	all := len(where) == 0
	total := 0
	if all {
		err = s.db.QueryRowContext(ctx, "SELECT count(*) FROM narrow").Scan(&total)
	} else {
		if _, err = s.db.ExecContext(ctx, "DELETE FROM hit"); err != nil {
			return 0, err
		}
		var res sql.Result
		if res, err = s.db.ExecContext(ctx, "INSERT INTO hit "+selectIDs, args...); err == nil {
			n, _ := res.RowsAffected()
			total = int(n)
		}
	}
	if err != nil {
		return 0, err
	}
	for _, f := range facets {
		if err := s.count(ctx, f, all, p); err != nil {
			return 0, err
		}
	}
	return total, s.top(ctx, words, sort, all, filtered)
}

// count counts one facet over the hits. A filter on the facet itself is left out of its own counts by a second pass,
// as the product does it.
func (s *sqlite) count(ctx context.Context, facet string, all bool, p *index.Plan) error {
	hits := "hit"
	var args []any
	if slices.ContainsFunc(p.Request.Filters, func(f index.Filter) bool { return f.Disjunctive(facet) }) && len(p.Request.Filters) == 1 {
		hits = "narrow"
		if words := match(p.Tree); words != "" {
			hits, args = "(SELECT rowid AS id FROM fts WHERE fts MATCH ?)", []any{words}
		} else {
			all = true
		}
	}
	var q string
	switch {
	case slices.Contains(multi, facet) && all:
		q = `SELECT v, count(*) FROM "f_` + facet + `" GROUP BY v`
	case slices.Contains(multi, facet):
		q = `SELECT x.v, count(*) FROM ` + hits + ` AS h CROSS JOIN "f_` + facet + `" AS x ON x.rid = h.id GROUP BY x.v`
	case all:
		q = "SELECT " + facet + ", count(*) FROM narrow GROUP BY 1"
	default:
		q = "SELECT n." + facet + ", count(*) FROM " + hits + " AS h CROSS JOIN narrow AS n ON n.id = h.id GROUP BY 1"
	}
	rows, err := s.db.QueryContext(ctx, q, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", q, err)
	}
	defer rows.Close()
	for rows.Next() {
		var v string
		var n int
		if err := rows.Scan(&v, &n); err != nil {
			return err
		}
	}
	return rows.Err()
}

// top reads the first twenty, highlighted.
func (s *sqlite) top(ctx context.Context, words string, sort index.Sort, all, filtered bool) error {
	var q string
	var args []any
	among := ""
	if filtered {
		among = " AND +fts.rowid IN (SELECT id FROM hit)" // the plus keeps SQLite from running the match once per hit
	}
	switch {
	case words == "" && all:
		q = "SELECT id, text FROM rec ORDER BY date DESC, uuid LIMIT 20"
	case words == "":
		q = "SELECT r.id, r.text FROM hit h CROSS JOIN rec r ON r.id = h.id ORDER BY r.date DESC, r.uuid LIMIT 20"
	case sort == index.SortNewest:
		q = "SELECT rowid, highlight(fts, 0, '<b>', '</b>') FROM fts WHERE fts MATCH ? AND rowid IN (SELECT r.id FROM hit h CROSS JOIN rec r ON r.id = h.id ORDER BY r.date DESC, r.uuid LIMIT 20)"
		args = []any{words}
	case filtered:
		q = "SELECT rowid, highlight(fts, 0, '<b>', '</b>') FROM fts WHERE fts MATCH ? AND rowid IN (SELECT rowid FROM fts WHERE fts MATCH ?" + among + " ORDER BY rank LIMIT 20)"
		args = []any{words, words}
	default:
		q = "SELECT rowid, highlight(fts, 0, '<b>', '</b>') FROM fts WHERE fts MATCH ? ORDER BY rank LIMIT 20"
		args = []any{words}
	}
	rows, err := s.db.QueryContext(ctx, q, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", q, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int
		var text string
		if err := rows.Scan(&id, &text); err != nil {
			return err
		}
	}
	return rows.Err()
}
