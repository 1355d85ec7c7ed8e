//go:build !unix

package fetch

// freeDisk is unknown on this system.
func freeDisk(string) (int64, bool) { return 0, false }
