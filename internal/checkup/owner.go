package checkup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// AsOwner runs this very command again as the user to whom a data folder belongs, if the one who runs it is root and the
// folder is somebody else's: so the check sees what the program will see, and leaves no file that the program cannot
// open. It reports whether it did; then the command's report is written and the error is ErrFaults or nil.
func AsOwner(ctx context.Context, folder string, args []string, out, messages io.Writer) (done bool, err error) {
	info, err := os.Stat(folder)
	if err != nil || os.Geteuid() != 0 {
		return false, nil //nolint:nilerr // a folder that is not there has no owner
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return false, nil
	}
	self, err := os.Executable()
	if err != nil {
		return false, fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.CommandContext(ctx, self, args...) //nolint:gosec // the same program with the same arguments
	cmd.Stdout, cmd.Stderr = out, messages
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid, Groups: groupsOf(owner.Uid, owner.Gid)}}
	err = cmd.Run()
	if exit, failed := errors.AsType[*exec.ExitError](err); failed && exit.ExitCode() > 0 {
		return true, ErrFaults
	}
	if err != nil {
		return true, fmt.Errorf("run the check as the owner of %s: %w", folder, err)
	}
	return true, nil
}

// groupsOf returns all groups of a user, such as dialout for the printer's line.
func groupsOf(uid, gid uint32) []uint32 {
	all := []uint32{gid}
	u, err := user.LookupId(strconv.FormatUint(uint64(uid), 10))
	if err != nil {
		return all
	}
	ids, err := u.GroupIds()
	if err != nil {
		return all
	}
	for _, id := range ids {
		if n, err := strconv.ParseUint(id, 10, 32); err == nil {
			all = append(all, uint32(n))
		}
	}
	return all
}
