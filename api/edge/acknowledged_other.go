//go:build !linux

package edge

import "syscall"

func acknowledged(syscall.Conn) (uint64, bool) { return 0, false }
