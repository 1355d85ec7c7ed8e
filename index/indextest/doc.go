// Package indextest is how engines are tested: the reference engine that answers by brute force, the suite every
// engine passes, the corpus generator and the workload of the benchmarks. Nothing of it runs in production.
package indextest
