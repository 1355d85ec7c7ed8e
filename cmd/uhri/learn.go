package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"uhri"
	"uhri/crawler/classify"
	"uhri/crawler/store"
)

// evaluationFile keeps the last evaluation for the methodology page.
const evaluationFile = "evaluation.json"

func (p *program) trainCommand() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Learn labels from the publisher's labelled records, relabel and publish",
		Long: "Learn theme, group and SDG labels from the records their publisher labelled. The new model replaces the old one only if\n" +
			"its micro-F1 is not lower on the documents that both were measured on without having seen them.",
		Args: cobra.NoArgs,
		RunE: p.onFolder(func(cmd *cobra.Command, _ []string, f *folder) error {
			ctx := cmd.Context()
			m, e, err := classify.Train(ctx, f.store.Records(ctx))
			if err != nil {
				return err
			}
			e.Print(p.out)
			if old, err := p.model(); err == nil && old != nil {
				c := m.Compare(old)
				on := fmt.Sprintf("on the %d documents both were measured on", c.Documents)
				if c.Documents == 0 {
					on = "each measured on documents of its own"
				}
				fmt.Fprintf(p.out, "\nnew model against the one in use, %s: held-out micro-F1 %.4f against %.4f\n", on, c.New, c.Old)
				if c.New < c.Old && !force {
					return fmt.Errorf("the new model's held-out micro-F1 is lower than that of the one in use (%.4f against %.4f, %s), which stays; --force replaces it", c.New, c.Old, on)
				}
			}
			if err := p.writeFile(modelFile, m.Encode); err != nil {
				return err
			}
			if err := p.keepEvaluation(e); err != nil {
				return err
			}
			n, err := f.relabel(ctx, true)
			if err != nil {
				return err
			}
			fmt.Fprintf(p.out, "\nmodel %s is in use; %d records have other labels now\n", m.Version, n)
			return f.publishAndTell(ctx)
		}),
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace the old model even by a worse one")
	return cmd
}

func (p *program) evaluateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "evaluate",
		Short: "Measure the labelling on records it has not seen",
		Args:  cobra.NoArgs,
		RunE: p.onFolder(func(cmd *cobra.Command, _ []string, f *folder) error {
			e, err := classify.Evaluate(cmd.Context(), f.store.Records(cmd.Context()))
			if err != nil {
				return err
			}
			e.Print(p.out)
			return p.keepEvaluation(e)
		}),
	}
}

func (p *program) keepEvaluation(e *classify.Evaluation) error {
	return p.writeFile(evaluationFile, func(w io.Writer) error { return json.NewEncoder(w).Encode(e) })
}

// writeFile replaces a file of the data folder whole or not at all.
func (p *program) writeFile(name string, write func(io.Writer) error) error {
	tmp, err := os.CreateTemp(p.cfg.Data, name+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if err := errors.Join(write(tmp), tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return os.Rename(tmp.Name(), filepath.Join(p.cfg.Data, name))
}

func (p *program) labelsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "labels", Short: "Move people's label corrections in and out as CSV"}
	cmd.AddCommand(
		&cobra.Command{
			Use: "export FILE", Short: "Write all corrections; - writes to standard output", Args: cobra.ExactArgs(1),
			RunE: p.onFolder(func(cmd *cobra.Command, args []string, f *folder) error {
				all, err := f.store.HumanLabels(cmd.Context())
				if err != nil {
					return err
				}
				write := func(to io.Writer) error {
					if _, err := io.WriteString(to, "\ufeff"); err != nil { // spreadsheets take a file without it for an 8-bit one
						return err
					}
					w := csv.NewWriter(to)
					if err := w.Write(labelColumns); err != nil {
						return err
					}
					for _, l := range all {
						if err := w.Write([]string{string(l.ID), string(l.Scheme), l.Concept, fmt.Sprint(l.Removed), l.By}); err != nil {
							return err
						}
					}
					w.Flush()
					return w.Error()
				}
				if args[0] == "-" {
					return write(p.out)
				}
				file, err := os.Create(args[0])
				if err != nil {
					return err
				}
				return errors.Join(write(file), file.Close())
			}),
		},
		&cobra.Command{
			Use: "import FILE", Short: "Read corrections; they win over rule and model and survive every harvest", Args: cobra.ExactArgs(1),
			Long: "Read corrections from a CSV with the columns id, scheme (theme, group, sdg), concept (its slug or label), removed (true takes\n" +
				"a label away), by (who says so).",
			RunE: p.onFolder(func(cmd *cobra.Command, args []string, f *folder) error {
				file, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer file.Close()
				labels, err := readLabels(file, func(id uhri.ID) (bool, error) {
					_, err := f.store.Record(cmd.Context(), id)
					if kind := uhri.KindOf(err); kind == uhri.NotFound || kind == uhri.Gone {
						return false, nil
					}
					return err == nil, err
				})
				if err != nil {
					return err
				}
				if err := f.store.SetHumanLabels(cmd.Context(), labels); err != nil {
					return err
				}
				fmt.Fprintf(p.out, "%d corrections read\n", len(labels))
				return f.publishAndTell(cmd.Context())
			}),
		},
	)
	return cmd
}

// labelColumns is the first line of a CSV of corrections.
var labelColumns = []string{"id", "scheme", "concept", "removed", "by"}

// readLabels reads a CSV of corrections as spreadsheets write it: commas, semicolons or tabs, with or without a byte order
// mark, columns in any order. Every faulty line is told, and then nothing is taken. known reports whether a record exists.
func readLabels(r io.Reader, known func(uhri.ID) (bool, error)) ([]store.HumanLabel, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if !utf8.Valid(b) {
		return nil, uhri.Errorf(uhri.Invalid, "labels", "the file is not UTF-8; save it as \"CSV UTF-8\"")
	}
	rows := csv.NewReader(bytes.NewReader(b))
	rows.FieldsPerRecord = -1
	head, _, _ := bytes.Cut(b, []byte("\n"))
	for _, mark := range ";\t" {
		if bytes.ContainsRune(head, mark) {
			rows.Comma = mark
		}
	}
	var out []store.HumanLabel
	var faults []string
	at, lines := map[string]int(nil), map[store.HumanLabel]int{}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, uhri.Errorf(uhri.Invalid, "labels", "nothing was taken: %v", err) // names the line
		}
		if at == nil {
			if at, err = columnsOf(row); err != nil {
				return nil, err
			}
			continue
		}
		line, _ := rows.FieldPos(0)
		bad := func(format string, args ...any) {
			faults = append(faults, fmt.Sprintf("line %d: ", line)+fmt.Sprintf(format, args...))
		}
		cell := func(name string) string {
			if i, ok := at[name]; ok && i < len(row) {
				return strings.TrimSpace(row[i])
			}
			return ""
		}
		if strings.Join(row, "") == "" { // spreadsheets leave such lines at the end
			continue
		}
		l := store.HumanLabel{ID: uhri.ID(strings.ToLower(cell("id"))), Scheme: uhri.Scheme(strings.ToLower(cell("scheme"))), By: cell("by")}
		switch strings.ToLower(cell("removed")) {
		case "", "false", "no", "0":
		case "true", "yes", "1":
			l.Removed = true
		default:
			bad("removed is %q; want true or false", cell("removed"))
			continue
		}
		if !uhri.ValidID(l.ID) {
			bad("%q is not the ID of a record", cell("id"))
			continue
		}
		c, ok := uhri.ResolveConcept(l.Scheme, cell("concept"))
		if !ok {
			bad("%q is not a concept of scheme %q (schemes: theme, group, sdg)", cell("concept"), cell("scheme"))
			continue
		}
		l.Concept = c.Slug
		if ok, err := known(l.ID); err != nil {
			return nil, err
		} else if !ok {
			bad("there is no record %s", l.ID)
			continue
		}
		key := store.HumanLabel{ID: l.ID, Scheme: l.Scheme, Concept: l.Concept}
		if first, twice := lines[key]; twice {
			bad("this label of this record is in line %d already", first)
			continue
		}
		lines[key] = line
		out = append(out, l)
	}
	if at == nil {
		return nil, uhri.Errorf(uhri.Invalid, "labels", "the file is empty; its first line names the columns %s", strings.Join(labelColumns, ","))
	}
	if len(faults) > 0 {
		return nil, uhri.Errorf(uhri.Invalid, "labels", "nothing was taken:\n%s", strings.Join(faults, "\n"))
	}
	return out, nil
}

// columnsOf says where the columns stand that the first line names.
func columnsOf(head []string) (map[string]int, error) {
	at := map[string]int{}
	for i, h := range head {
		at[strings.ToLower(strings.TrimSpace(h))] = i
	}
	for _, need := range labelColumns[:3] {
		if _, ok := at[need]; !ok {
			return nil, uhri.Errorf(uhri.Invalid, "labels", "there is no column %q; the first line names the columns %s", need, strings.Join(labelColumns, ","))
		}
	}
	return at, nil
}
