package ui

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"uhri/api/export"
	"uhri/index"
)

// DataPage is where the whole collection is taken along: as it is now, and as it was on the days of its dumps.
type DataPage struct {
	Frame `json:"-"`
	Total int          `json:"total"`
	Live  []ExportLink `json:"exports"`
	Dumps []DumpView   `json:"dumps"`
}

// DumpView is one dump.
type DumpView struct {
	ID    string         `json:"snapshot"`
	Made  time.Time      `json:"created"`
	Rows  int            `json:"records"`
	Cite  string         `json:"citation,omitzero"`
	Files []DumpFileView `json:"files"`
}

// DumpFileView is one file of a dump.
type DumpFileView struct {
	Name     string `json:"name"`
	URL      string `json:"url"`
	Manifest string `json:"manifest,omitzero"`
	SHA256   string `json:"sha256,omitzero"`
	Bytes    int64  `json:"bytes"`
}

func (u *UI) data(c echo.Context) error {
	res, err := u.o.Searcher.Search(c.Request().Context(), index.Request{})
	if err != nil {
		return err
	}
	p := &DataPage{Frame: u.frame(c, "", u.words.Text("data.title")), Total: res.Total}
	p.JSON = "/data.json"
	p.Snapshot, p.Description, p.Feeds = res.Snapshot, u.words.Count("data.description", res.Total), u.feeds(all())
	var files []export.Download
	base := u.base(c)
	for _, name := range u.o.Exports {
		file := all().File(name)
		p.Live = append(p.Live, ExportLink{Label: u.words.Text("export." + name), URL: file.String(), Manifest: file.Extra("manifest", "1").String()})
		if f, err := export.FormatByName(name); err == nil {
			files = append(files, export.Download{MediaType: f.MediaType, URL: base + file.String()})
		}
	}
	if u.o.Dumps != nil {
		dumps, err := u.o.Dumps()
		if err != nil {
			return err
		}
		for _, d := range dumps {
			v := DumpView{ID: d.Snapshot.ID, Made: d.Snapshot.Created, Rows: d.Snapshot.Records, Cite: d.Manifest.Citation}
			at := "/data/" + d.Snapshot.ID + "/"
			for _, f := range d.Files {
				view := DumpFileView{Name: f.Name, URL: at + f.Name, SHA256: f.SHA256, Bytes: f.Bytes}
				if f.Manifest != "" {
					view.Manifest = at + f.Manifest
				}
				v.Files = append(v.Files, view)
			}
			if len(p.Dumps) == 0 { // the newest describes the collection best: its files have sizes and sums
				files = nil
				for _, f := range d.Files {
					if format, err := export.FormatByName(f.Format); err == nil {
						files = append(files, export.Download{MediaType: format.MediaType, URL: base + at + f.Name, Bytes: f.Bytes, SHA256: f.SHA256})
					}
				}
			}
			p.Dumps = append(p.Dumps, v)
		}
	}
	if strings.HasSuffix(c.Path(), ".json") {
		return c.JSON(http.StatusOK, struct {
			Snapshot string `json:"snapshot"`
			*DataPage
		}{res.Snapshot.ID, p})
	}
	ld, err := export.Dataset(export.Manifest{
		Title: u.words.Text("data.name"), Rows: res.Total, Rights: u.o.Rights, Permalink: p.Canonical,
		Snapshot: export.Snapshot{ID: res.Snapshot.ID, Created: res.Snapshot.Created},
	}, files)
	if err != nil {
		return err
	}
	if !p.Demo { // invented data is for no search engine of data
		p.Structured = json.RawMessage(ld)
	}
	return u.render(c, http.StatusOK, "data", p)
}

// Sum breaks a hash where a narrow page may break it.
func (f DumpFileView) Sum() []string {
	var parts []string
	for s := f.SHA256; s != ""; s = s[min(16, len(s)):] {
		parts = append(parts, s[:min(16, len(s))])
	}
	return parts
}
