package store

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/klauspost/compress/zstd"

	"uhri"
	"uhri/crawler"
)

// The first byte of a packed value says how the rest is to be read.
const (
	packedPlain = 0
	packedZstd1 = 1 // zstd with dictionary1
)

// minPacked is the length below which compressing costs more than it saves.
const minPacked = 96

// dictionary1 starts every compression: what nearly every record says. A record alone is too short to compress well;
// with this it takes less than half. It may never change; another one needs another first byte.
const dictionary1 = `"UprRecommendingRegions":["Latin America and the Caribbean","Western Europe & Others","Eastern Europe","Asia-Pacific","Africa"]` +
	`special_procedure","treaty_body","concluding observations of the Committee on the Elimination of Discrimination against Women` +
	`,"provenance":{"source":"uhri/en","fetched_at":"2026-01-01T00:00:00Z","pipeline":1,"published_uhri":"2025-01-01","inferred":["country from symbol"]}` +
	`{"scheme":"theme","concept":"legal-and-institutional-reform","origin":"publisher"},{"scheme":"group","concept":"women-girls","origin":"publisher"},{"scheme":"group","concept":"children","origin":"publisher"},{"scheme":"sdg","concept":"16.3","origin":"publisher"}` +
	`16 - PEACE, JUSTICE AND STRONG INSTITUTIONS","5 - GENDER EQUALITY","10 - REDUCED INEQUALITIES","3 - GOOD HEALTH AND WELL-BEING","4 - QUALITY EDUCATION","8 - DECENT WORK AND ECONOMIC GROWTH"` +
	`"Persons with disabilities","Women & girls","Children","Migrants","Refugees & asylum-seekers","Human rights defenders","Minorities","Indigenous peoples"` +
	` take all necessary measures to ensure that in accordance with international standards and to strengthen the protection of human rights defenders, journalists and civil society` +
	` continue its efforts to combat trafficking in persons, violence against women and children, discrimination on the basis of sexual orientation and gender identity` +
	` ratify the Optional Protocol to the Convention against Torture and Other Cruel, Inhuman or Degrading Treatment or Punishment; the International Covenant on Civil and Political Rights, aiming at the abolition of the death penalty;` +
	` the Committee recommends that the State party adopt legislation and policies, allocate sufficient resources, the right to education, health services, employment, access to justice, national human rights institution in line with the Paris Principles` +
	`"Symbol":"A/HRC/","DocumentId":"","Body":"- UPR","AnnotationType":"- Recommendations","- Concerns/Observations","Countries":[""],"Regions":["Asia-Pacific"],"Text":"","Themes":[],"AffectedPersons":[],"Sdgs":[],"PublicationDate":"2018-01-01T00:00:00","PublicationDateOnUhri":"","UprCycle":"3","UprSession":["28"],"UprPositions":["Supported"],"UprRecommendingCountry":[""],"UprRecommendingRegions":[""]}` +
	`{"AnnotationId":"` +
	`{"id":"","type":"recommendation","type":"observation","symbol":"A/HRC/","document_id":"","paragraph":"","order":1,"texts":{"en":{"full":"","heading":"","body":""}},"parts":[{"text":"","states":["` +
	`"date":"2019-01-01","mechanism":"upr","body":"UPR","countries":[""],"upr":{"recommending":[""],"session":28,"cycle":3,"position":"supported","position":"noted"},"tags":[`

// codec packs what the store keeps. It is safe for concurrent use.
type codec struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

func newCodec() (*codec, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true),
		zstd.WithEncoderDictRaw(1, []byte(dictionary1)))
	if err != nil {
		return nil, fmt.Errorf("preparing compression: %w", err)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderDictRaw(1, []byte(dictionary1)))
	if err != nil {
		return nil, fmt.Errorf("preparing decompression: %w", err)
	}
	return &codec{enc, dec}, nil
}

func (c *codec) close() {
	c.enc.Close()
	c.dec.Close()
}

// pack compresses b where that pays.
func (c *codec) pack(b []byte) []byte {
	if len(b) >= minPacked {
		out := c.enc.EncodeAll(b, append(make([]byte, 0, 64+len(b)/2), packedZstd1))
		if len(out) < len(b) {
			return out
		}
	}
	return append([]byte{packedPlain}, b...)
}

// unpack reverses pack, appending to dst.
func (c *codec) unpack(dst, b []byte) ([]byte, error) {
	switch {
	case len(b) == 0:
		return dst, errors.New("a packed value is empty")
	case b[0] == packedPlain:
		return append(dst, b[1:]...), nil
	case b[0] == packedZstd1:
		return c.dec.DecodeAll(b[1:], dst)
	}
	return dst, fmt.Errorf("a packed value has unknown form %d", b[0])
}

// packJSON packs v as JSON. Equal values give equal bytes.
func (c *codec) packJSON(v any) ([]byte, error) {
	b, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	return c.pack(b), nil
}

// unpackJSON reverses packJSON.
func (c *codec) unpackJSON(b []byte, v any) error {
	plain, err := c.unpack(make([]byte, 0, 4*len(b)), b)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, v)
}

// fingerprint hashes parts to the 64 bits that comparisons in SQL need. Two different values of one record agree by
// chance once in 2^64.
func fingerprint(parts ...string) int64 {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return int64(binary.LittleEndian.Uint64(sum[:8]))
}

// textPrint hashes a cleaned text; spaces do not count. No text is 0.
func textPrint(s string) int64 {
	if s = strings.Join(strings.Fields(s), " "); s == "" {
		return 0
	}
	return fingerprint(s)
}

// Bits of record.has: the fields a harvest may lose when its source changes its form.
const (
	hasText = 1 << iota
	hasSymbol
	hasDate
	hasCountry
	hasBody
	hasType
	hasThemes
	hasGroups
	hasSDGs
	hasPosition
	hasRecommending
)

// fieldNames names the bits of record.has for people.
var fieldNames = map[int64]string{
	hasText: "text", hasSymbol: "symbol", hasDate: "date", hasCountry: "country", hasBody: "body", hasType: "type", hasThemes: "themes",
	hasGroups: "affected groups", hasSDGs: "SDGs", hasPosition: "position", hasRecommending: "recommending State",
}

// encoded is a record as staged.
type encoded struct {
	id                     uhri.ID
	symbol                 uhri.Symbol
	match                  int64 // 0 = unknown
	has                    int64
	textH, factsH, labelsH int64
	payload                []byte // nil: withheld, or a translation without text
}

// encode prepares a record. What the store knows better — when it was first seen, from which item — is left out of the
// payload and put back on reading, so that equal records have equal payloads.
func (c *codec) encode(r *uhri.Recommendation, source string, it *crawler.Item) (encoded, error) {
	e := encoded{id: r.ID, symbol: r.Symbol, textH: textPrint(r.CleanText(uhri.English)), has: filled(r)}
	kept := *r
	kept.Latest, kept.NoReview = false, false
	p := &kept.Provenance
	p.FirstSeen, p.LastChanged, p.MergedFrom = time.Time{}, time.Time{}, nil
	if p.Source == source {
		p.Source = ""
	}
	if p.FetchedAt.Equal(it.FetchedAt) {
		p.FetchedAt = time.Time{}
	}
	if p.Pipeline == crawler.PipelineVersion {
		p.Pipeline = 0
	}
	var err error
	if e.payload, err = c.packJSON(&kept); err != nil {
		return e, err
	}

	facts := kept
	facts.Tags, facts.Provenance, facts.Texts = nil, uhri.Provenance{PublishedUHRI: p.PublishedUHRI}, nil
	for l, t := range r.Texts {
		if l != uhri.English {
			if facts.Texts == nil {
				facts.Texts = map[uhri.Lang]uhri.Text{}
			}
			facts.Texts[l] = uhri.Text{Full: t.Full}
		}
	}
	plain, err := json.Marshal(&facts, json.Deterministic(true))
	if err != nil {
		return e, err
	}
	e.factsH = fingerprint(string(plain))
	var labels []string
	for _, t := range r.Tags {
		if t.Origin == uhri.OriginPublisher {
			labels = append(labels, string(t.Scheme)+"/"+t.Concept)
		}
	}
	slices.Sort(labels)
	e.labelsH = fingerprint(labels...)
	if r.Symbol != "" && len(r.Countries) == 1 && r.Paragraph != "" && r.Type != "" && r.Type != uhri.TypeUnknown {
		e.match = fingerprint(string(r.Symbol), string(r.Countries[0]), r.Paragraph, string(r.Type))
	}
	return e, nil
}

// filled gives the bits of record.has.
func filled(r *uhri.Recommendation) (bits int64) {
	set := func(bit int64, on bool) {
		if on {
			bits |= bit
		}
	}
	set(hasText, len(r.Texts) > 0)
	set(hasSymbol, r.Symbol != "")
	set(hasDate, !r.Date.IsZero())
	set(hasCountry, len(r.Countries) > 0)
	set(hasBody, r.Body != "")
	set(hasType, r.Type != "" && r.Type != uhri.TypeUnknown)
	for _, t := range r.Tags {
		set(hasThemes, t.Scheme == uhri.SchemeTheme)
		set(hasGroups, t.Scheme == uhri.SchemeGroup)
		set(hasSDGs, t.Scheme == uhri.SchemeSDG)
	}
	if r.UPR != nil {
		set(hasPosition, r.UPR.Position != "" && r.UPR.Position != uhri.PositionUnknown)
		set(hasRecommending, len(r.UPR.Recommending) > 0)
	}
	return bits
}
