package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"uhri"
	"uhri/crawler/asks"
	"uhri/crawler/classify"
	"uhri/index/indextest"
)

// TestBenchImport measures the spine as users run it, each step a process of its own: from export files to a published snapshot. It is
// part of `make bench` and prints figures; it asserts none.
func TestBenchImport(t *testing.T) {
	if os.Getenv("BENCH") == "" {
		t.Skip("a measurement of several minutes; `make bench` runs it")
	}
	fmt.Printf("\nimport and publish, %s, %d cores, %s\n", runtime.Version(), runtime.NumCPU(), time.Now().UTC().Format(time.DateOnly))
	fmt.Printf("%-34s %9s %10s %9s %9s\n", "", "wall s", "records/s", "peak MB", "folder MB")
	if path := filepath.Join("..", "..", "..", "shared", "data", "uhri", "export-full-en.json.gz"); exists(path) {
		data := filepath.Join(t.TempDir(), "data")
		measure(t, "41,721 real records, to published", 41_721, data, "harvest", "uhri", "--from", path)
		measure(t, "… again, unchanged", 41_721, data, "harvest", "uhri", "--from", path)
	}
	dir := t.TempDir()
	const n = indextest.FullSize
	for _, c := range []struct {
		name  string
		langs []uhri.Lang
	}{{"268,000 generated, English", uhri.Langs[:1]}, {"268,000 generated, six languages", uhri.Langs[:]}} {
		if len(c.langs) > 1 && os.Getenv("BENCH") != "all" {
			continue
		}
		for _, l := range c.langs {
			f, err := os.Create(filepath.Join(dir, "export-"+string(l)+".json"))
			if err != nil {
				t.Fatal(err)
			}
			if err := (indextest.Generated{Records: n, Seed: 1, Langs: c.langs}).WriteExport(f, l); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		}
		data := filepath.Join(t.TempDir(), "data")
		from := filepath.Join(dir, "export-{lang}.json")
		if len(c.langs) == 1 {
			from = filepath.Join(dir, "export-en.json")
		}
		measure(t, c.name+", to published", n, data, "harvest", "uhri", "--from", from)
		measure(t, "… published again", n, data, "publish", "--force")
		measure(t, "… as NDJSON", n, data, "export", "--format", "ndjson", "-o", filepath.Join(dir, "out.ndjson"))
		measure(t, "… as CSV", n, data, "export", "--format", "csv", "-o", filepath.Join(dir, "out.csv"))
		measure(t, "… as XLSX", n, data, "export", "--format", "xlsx", "-o", filepath.Join(dir, "out.xlsx"))
		measure(t, "… as Parquet", n, data, "export", "--format", "parquet", "-o", filepath.Join(dir, "out.parquet"))
		copied(t, filepath.Join(dir, "out.ndjson"), n)
	}
}

// TestBenchLearning measures what reads all records at once: training, labelling and grouping the same asks, on records with the
// publisher's label frequencies. It is part of `make bench` and prints figures; it asserts none.
func TestBenchLearning(t *testing.T) {
	if os.Getenv("BENCH") == "" {
		t.Skip("a measurement of several minutes; `make bench` runs it")
	}
	corpus := indextest.Generated{Records: indextest.FullSize, Seed: 1, Langs: uhri.Langs[:1]}
	fmt.Printf("\nlabels and same asks, %s, %d cores, %s\n", runtime.Version(), runtime.NumCPU(), time.Now().UTC().Format(time.DateOnly))
	fmt.Printf("%-34s %9s %9s %10s %9s\n", "", "wall s", "CPU s", "records/s", "peak MB")
	phase := func(what string, records int, do func()) {
		before, began := usage(t), time.Now()
		do()
		took, after := time.Since(began), usage(t)
		fmt.Printf("%-34s %9.1f %9.1f %10.0f %9d\n", what, took.Seconds(), cpu(after)-cpu(before), float64(records)/took.Seconds(), after.Maxrss>>10)
	}
	read := func(yield func(*uhri.Recommendation, error) bool) {
		for r := range corpus.Each() {
			if !yield(r, nil) {
				return
			}
		}
	}
	phase("generate 268,000 records", corpus.Records, func() {
		for range read {
		}
	})
	phase("… and group the same asks", corpus.Records, func() {
		g := asks.New()
		for i := range corpus.Records {
			r := corpus.Record(i)
			r.Texts = corpus.Record(i - i%3*(i/6)).Texts // two of three say what another says
			g.Add(r)
		}
		fmt.Printf("    %d in groups\n", len(g.Groups()))
	})
	debug.FreeOSMemory()
	var m *classify.Model
	phase("… and train and evaluate", corpus.Records, func() {
		var err error
		if m, _, err = classify.Train(t.Context(), read); err != nil {
			t.Fatal(err)
		}
	})
	var model bytes.Buffer
	if err := m.Encode(&model); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("    the model takes %.1f MB\n", float64(model.Len())/1e6)
	silent := make([]*uhri.Recommendation, 20_000)
	for i := range silent {
		silent[i] = corpus.Record(i)
		silent[i].Tags = nil
	}
	phase("label 20,000 passages, one core", len(silent), func() {
		for _, r := range silent {
			classify.Label(m, r)
		}
	})
}

func usage(t *testing.T) (u syscall.Rusage) {
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return u
}

func cpu(u syscall.Rusage) float64 {
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func measure(t *testing.T, what string, records int, data string, args ...string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, append(args, "--data", data, "--verbose")...)
	cmd.Env = append(os.Environ(), "UHRI_TEST_RUN_AS_PROGRAM=1")
	var log strings.Builder
	cmd.Stdout, cmd.Stderr = &log, &log
	began := time.Now()
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", what, err, log.String())
	}
	took := time.Since(began)
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	peak := "?"
	if ok {
		peak = fmt.Sprint(usage.Maxrss >> 10)
	}
	var size int64
	err = filepath.WalkDir(data, func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			if i, err := d.Info(); err == nil {
				size += i.Size()
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%-34s %9.1f %10.0f %9s %9d\n", what, took.Seconds(), float64(records)/took.Seconds(), peak, size>>20)
	for line := range strings.SplitSeq(log.String(), "\n") {
		if strings.Contains(line, "took=") {
			fmt.Println("    ", line[strings.Index(line, "msg="):])
		}
	}
}

// copied times a copy of the same bytes, which no export can beat.
func copied(t *testing.T, path string, records int) {
	t.Helper()
	began := time.Now()
	b, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path+".copy", b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	fmt.Printf("%-34s %9.2f %10.0f %9s %9d\n", "a copy of the NDJSON file", took.Seconds(), float64(records)/took.Seconds(), "", len(b)>>20)
}
