//! The binary within bounds: full disks, rights that it lacks, whatever a shell can arrange.

use std::process::Command;

use super::{BINARY, Ran, World};

impl World {
    /// Runs the binary where no file can grow beyond a block (512 bytes or a kilobyte, as the shell counts).
    pub(crate) fn run_on_a_full_disk(&self, arguments: &str) -> Ran {
        self.run_with_files_of(1, arguments)
    }

    /// Runs the binary where no file can grow beyond so many blocks; of 0 blocks none can be written at all.
    pub(crate) fn run_with_files_of(&self, blocks: u64, arguments: &str) -> Ran {
        // Without the trap the signal would end the process, which no full disk does.
        self.run_in_a_shell(&format!("trap '' XFSZ; ulimit -f {blocks}"), arguments)
    }

    /// Runs the binary until a file grows beyond so many blocks: then the system ends it in the middle of that write.
    pub(crate) fn run_until_a_file_has(&self, blocks: u64, arguments: &str) -> Ran {
        self.run_in_a_shell(&format!("ulimit -c 0; ulimit -f {blocks}"), arguments)
    }

    /// Runs the binary where it may read everything and write nothing. Rights don't bind root, who becomes nobody.
    pub(crate) fn run_without_rights(&self, arguments: &str) -> Ran {
        use std::os::unix::fs::PermissionsExt as _;
        let rights =
            |mode| std::fs::set_permissions(self.folder.path(), std::fs::Permissions::from_mode(mode));
        // Nobody may not enter the folder of the build.
        let own = self.path("the-program");
        if !own.exists() {
            std::fs::copy(BINARY, &own).expect("the program can be copied");
        }
        rights(0o555).expect("changes");
        let become_nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups";
        let first =
            format!("if [ \"$(id -u)\" -eq 0 ]; then exec {become_nobody} ./the-program {arguments}; fi");
        let ran = self.run_in_a_shell(&first, arguments);
        rights(0o755).expect("changes");
        ran
    }

    /// Runs the binary after some commands of a shell, e.g. `ulimit -t 10`.
    pub(crate) fn run_in_a_shell(&self, first: &str, arguments: &str) -> Ran {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &format!("{first}; exec \"$0\" \"$@\""), BINARY]);
        self.begin(command, &arguments.split_whitespace().collect::<Vec<_>>(), &[]).end()
    }

    /// Runs the binary where new files would be for everybody.
    pub(crate) fn run_loosely(&self, arguments: &str) -> Ran {
        self.run_in_a_shell("umask 0", arguments)
    }
}
