//go:build unix

package extract

import (
	"os/exec"
	"syscall"
)

// ownGroup puts a process and its children into a group, so that LibreOffice's second process ends with the first.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // gone already is as good
	}
}
