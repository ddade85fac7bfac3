//! Writing a file whole or not at all.

use std::fs::{File, Permissions};
use std::io;
use std::path::Path;

/// Puts `bytes` into a file beside `path`, makes sure of them on the disk, and only then gives it the name.
///
/// # Errors
/// Whatever the file system says; the file that was there is untouched then.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_from(path, &mut &*bytes, Kept::Private)
}

/// The same for what others are to read: a new file is for whom any other program would make it.
///
/// # Errors
/// As [`write()`].
pub fn publish(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_from(path, &mut &*bytes, Kept::Public)
}

/// The same for a file that is there already: who may read and write it stays as it is.
///
/// # Errors
/// Whatever the file system says; the file is untouched then.
pub fn rewrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let permissions = std::fs::metadata(path)?.permissions();
    write_from(path, &mut &*bytes, Kept::As(permissions))
}

/// The same with the bytes of another file, which pass piece by piece.
///
/// # Errors
/// Whatever the file system says; the file that was there is untouched then.
pub fn copy(path: &Path, from: &Path) -> io::Result<()> {
    write_from(path, &mut File::open(from)?, Kept::Public)
}

/// Who may read and write a file.
enum Kept {
    /// Its owner.
    Private,
    /// Whoever may read a new file of this process; its mask is applied when the file is made.
    Public,
    /// Those who might before.
    As(Permissions),
}

fn write_from(path: &Path, from: &mut impl io::Read, kept: Kept) -> io::Result<()> {
    // A bare name has an empty parent, which is no folder that can be opened.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".mpform-");
    #[cfg(unix)]
    if matches!(kept, Kept::Public) {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    io::copy(from, &mut file)?;
    if let Kept::As(permissions) = kept {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// A new name is on the disk only when its folder is.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere folders can't be opened, and names are written through.
#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_the_whole_file_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        write(&path, b"a long first version").expect("writes");
        write(&path, b"short").expect("writes");
        assert_eq!(std::fs::read(&path).expect("reads"), b"short");
        assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 1);
        copy(&folder.path().join("b.json"), &path).expect("copies");
        assert_eq!(std::fs::read(folder.path().join("b.json")).expect("reads"), b"short");
        assert!(copy(&path, &folder.path().join("none")).is_err());
        assert!(rewrite(&folder.path().join("none"), b"").is_err(), "there must be a file");
        assert_eq!(std::fs::read(&path).expect("reads"), b"short");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_rewritten_is_for_whom_it_was() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.yaml");
        std::fs::write(&path, "a").expect("writes");
        std::fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("can be set");
        rewrite(&path, b"b").expect("writes");
        let mode = std::fs::metadata(&path).expect("is there").permissions().mode();
        assert_eq!((std::fs::read(&path).expect("reads"), mode & 0o777), (b"b".to_vec(), 0o640));
    }
}
