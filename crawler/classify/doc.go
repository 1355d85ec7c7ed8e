// Package classify labels passages with themes, affected groups and SDGs where their publisher has not: keyword rules
// as a floor, a linear model above them. Both say which they are, with version and score. It reads text and gives
// labels; it stores nothing and never sees who searches.
//
// The model is one-vs-rest logistic regression on hashed one- and two-word features (and on which rules fired),
// trained by AdaGrad in a fixed order, so the same records give the same model. A record without any label of a
// scheme teaches nothing about that scheme: UHRI left whole years unlabelled, and silence is not a "no".
package classify
