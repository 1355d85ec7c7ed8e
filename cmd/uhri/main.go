// Command uhri harvests United Nations human rights recommendations, indexes them and serves search, API and portal.
// It holds one file per verb and the wiring; what the verbs do lives in the packages it joins.
package main

func main() {}
