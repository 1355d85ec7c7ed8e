// Package clean repairs what publishers' texts suffered on their way — markup, entities, characters, spaces — and
// takes a repaired passage apart: side heading, paragraph number, asks, recommending States.
//
// Repair is mechanical. It never shortens a passage, corrects its wording or guesses at a word; whatever needs a
// dictionary or an opinion is left as published. Everything here is pure: no I/O, no state.
package clean
