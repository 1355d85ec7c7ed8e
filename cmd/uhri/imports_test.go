package main

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pkg is what `go list -json` says of one of our packages.
type pkg struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
	Deps       []string
}

func (p pkg) under(trees ...string) bool {
	return slices.ContainsFunc(trees, func(t string) bool { return p.ImportPath == t || strings.HasPrefix(p.ImportPath, t+"/") })
}

func list(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports,Deps", "uhri/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var ps []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return ps
		} else if err != nil {
			t.Fatal(err)
		}
		ps = append(ps, p)
	}
}

// TestImportRules holds the rules of ARCHITECTURE.md, "Which way imports point".
func TestImportRules(t *testing.T) {
	ps := list(t)
	if len(ps) < 10 {
		t.Fatalf("go list found only %d packages", len(ps))
	}
	in := func(tree string) func(string) bool {
		return func(path string) bool { return path == tree || strings.HasPrefix(path, tree+"/") }
	}
	// bench compares engines, so it alone may know them all.
	const bench = "uhri/index/indextest/bench"
	for _, p := range ps {
		if p.ImportPath == bench {
			continue
		}
		never := func(what []string, banned func(string) bool, why string) {
			for _, i := range what {
				if banned(i) {
					t.Errorf("%s imports %s: %s", p.ImportPath, i, why)
				}
			}
		}
		only := func(library string, trees ...string) {
			if !p.under(trees...) {
				never(p.Imports, in(library), "only "+strings.Join(trees, ", ")+" may")
			}
		}
		if p.ImportPath == "uhri" {
			never(p.Imports, func(i string) bool { return strings.Contains(i, ".") || in("uhri")(i) }, "the domain imports the standard library only")
		}
		if p.under("uhri/crawler") {
			never(p.Deps, in("uhri/index"), "crawler and index never meet; cmd joins them")
		}
		if p.under("uhri/index") {
			never(p.Deps, in("uhri/crawler"), "crawler and index never meet; cmd joins them")
		}
		if p.under("uhri/api", "uhri/ui") {
			never(p.Deps, in("uhri/crawler"), "api and ui see small interfaces of the domain")
			never(p.Deps, in("uhri/index/bleveindex"), "api and ui see index.Searcher")
		}
		if !p.under("uhri/cmd") {
			never(p.Imports, in("uhri/config"), "every package has its own Options")
		}
		only("github.com/gocolly/colly/v2", "uhri/crawler/fetch", "uhri/crawler/sources")
		only("github.com/blevesearch/bleve/v2", "uhri/index/bleveindex")
		only("modernc.org/sqlite", "uhri/crawler/store")
		only("github.com/labstack/echo/v4", "uhri/api", "uhri/ui", "uhri/cmd")
		only("github.com/robfig/cron/v3", "uhri/crawler", "uhri/config") // config checks the notation it passes on
	}
}

// TestNoHiddenState holds that no package registers itself in an init function or assigns its package variables.
func TestNoHiddenState(t *testing.T) {
	for _, p := range list(t) {
		fset := token.NewFileSet()
		var files []*ast.File
		vars := map[string]bool{}
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
			for _, d := range f.Decls {
				if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
					for _, s := range g.Specs {
						for _, n := range s.(*ast.ValueSpec).Names {
							vars[n.Name] = true
						}
					}
				}
			}
		}
		for _, f := range files {
			for _, d := range f.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || fn.Body == nil {
					continue
				}
				if fn.Name.Name == "init" && fn.Recv == nil {
					t.Errorf("%s: init function", fset.Position(fn.Pos()))
				}
				ast.Inspect(fn.Body, func(n ast.Node) bool {
					var left []ast.Expr
					switch n := n.(type) {
					case *ast.AssignStmt:
						if n.Tok != token.DEFINE {
							left = n.Lhs
						}
					case *ast.IncDecStmt:
						left = []ast.Expr{n.X}
					}
					for _, e := range left {
						if ix, ok := e.(*ast.IndexExpr); ok {
							e = ix.X
						}
						// A local variable of the same name is resolved to its own declaration inside the function.
						if id, ok := e.(*ast.Ident); ok && id.Name != "_" && vars[id.Name] && (id.Obj == nil || id.Obj.Pos() < fn.Pos() || id.Obj.Pos() > fn.End()) {
							t.Errorf("%s: assigns the package variable %s", fset.Position(n.Pos()), id.Name)
						}
					}
					return true
				})
			}
		}
	}
}
