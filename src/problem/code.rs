//! The stable codes of everything that can be wrong. A code keeps its meaning for ever; a retired one is not
//! given again.

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal,)+) => {
        /// Which rule was broken.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];

            /// As printed: `MP` and three digits.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $code,)+ }
            }

            /// True for a finding whose level a project may change: the limits and oddities of a vendor, not what
            /// the configuration itself must be.
            pub fn is_lint(self) -> bool {
                (Code::MenuSize..=Code::FileContent).contains(&self) || matches!(
                        self,
                        Code::NotAFollower
                            | Code::NotNeeded
                            | Code::Blacklisted
                            | Code::UnknownInTest
                            | Code::ShortFuzzy
                            | Code::Unencrypted
                    )
            }

            /// What it means, in a sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Code::$name => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

codes! {
    /// the file is not YAML, or more than we read of it (aliases that explode, too deep)
    Syntax = "MP001",
    /// a value has another type than the key wants
    WrongType = "MP002",
    /// a key that nobody knows here
    UnknownKey = "MP003",
    /// a key, name or account that is defined twice
    Duplicate = "MP004",
    /// a key that must be there is not
    MissingKey = "MP005",
    /// `${…}` names something that does not exist
    MissingVariable = "MP006",
    /// a file that cannot be read
    File = "MP007",
    /// a path that leaves the project folder
    OutsideProject = "MP008",
    /// files that include each other
    IncludeCycle = "MP009",
    /// an account that the project does not declare
    UnknownAccount = "MP010",
    /// a provider that does not exist
    UnknownProvider = "MP011",
    /// a reference to something that is not declared
    DanglingReference = "MP012",
    /// a value out of its range, or in a form that means nothing
    BadValue = "MP014",
    /// an environment that the project does not declare
    UnknownEnvironment = "MP015",
    /// `${env.…}` where the project does not allow it
    EnvNotAllowed = "MP016",
    /// a missing environment variable that `validate` stood in for
    StandIn = "MP017",
    /// `moved` that names something it cannot move
    BadMove = "MP018",
    /// a reply or button that is none of its forms, or several at once
    NotExactlyOne = "MP019",
    /// a menu with more buttons than WeChat shows
    MenuSize = "MP020",
    /// a name that is longer than the vendor keeps
    NameTooLong = "MP021",
    /// a text that is longer than the vendor keeps
    TextTooLong = "MP022",
    /// characters that the vendor's database refuses
    Characters = "MP023",
    /// a keyword that can never fire
    NeverFires = "MP024",
    /// a keyword that two rules answer
    Ambiguous = "MP025",
    /// a name that is empty
    EmptyName = "MP026",
    /// a word that the policy forbids
    ForbiddenWord = "MP027",
    /// a section that its provider does not keep
    NotKept = "MP028",
    /// something empty that the vendor's API cannot make empty
    CannotBeEmpty = "MP029",
    /// a menu name that WeChat cuts off on the phone
    NameShown = "MP030",
    /// a file that the vendor does not take
    FileKind = "MP031",
    /// a file that is empty, or larger than the vendor takes
    FileSize = "MP032",
    /// news with no article or too many
    NewsSize = "MP033",
    /// a file whose content is not what its name says
    FileContent = "MP034",
    /// a live object that cannot be made or changed as declared
    CannotCreate = "MP040",
    /// two live objects with one natural key
    Twins = "MP041",
    /// an openid that does not follow the account
    NotAFollower = "MP042",
    /// an openid on the account's blacklist
    Blacklisted = "MP043",
    /// a live object whose file the vendor does not serve
    Unserved = "MP044",
    /// something that goes while something else still shows it
    StillShown = "MP045",
    /// a vendor that could not be reached or did not answer as it should
    Vendor = "MP050",
    /// an account that the vendor does not know
    AccountUnknown = "MP051",
    /// a listing that could not be read to its end
    Listing = "MP052",
    /// more deletions than the policy allows
    TooManyDeletes = "MP060",
    /// a deletion or replacement of something protected
    Protected = "MP061",
    /// an account that looks empty although the state knows its objects
    LooksEmpty = "MP062",
    /// an account that is not the one the state remembers
    Rebind = "MP063",
    /// a built-in object that must not be renamed or deleted
    BuiltIn = "MP064",
    /// a permission that was given and is not needed
    NotNeeded = "MP065",
    /// a plan that was made without asking any vendor
    Unasked = "MP066",
    /// a state file that cannot be read
    State = "MP070",
    /// a state file from a newer version
    StateVersion = "MP071",
    /// a lock that somebody else holds
    Locked = "MP072",
    /// a change that could not be carried out
    Failed = "MP080",
    /// a plan that nobody agreed to
    Declined = "MP083",
    /// a write of which nobody knows whether it happened
    Uncertain = "MP081",
    /// a write that the vendor accepted and that a read does not show
    NotVerified = "MP082",
    /// a live object, or part of one, that an export can only write as a comment
    LeftOut = "MP090",
    /// a file that an export would overwrite
    Exists = "MP091",
    /// a plan file that cannot be written or read
    PlanFile = "MP092",
    /// a plan file from a newer version
    PlanVersion = "MP093",
    /// something that a saved plan touches and that changed since
    Stale = "MP094",
    /// changes that a saved plan does not have
    NewSince = "MP095",
    /// a plan whose deletions do not fit where it is to be shown
    TooLong = "MP096",
    /// something that a vendor does not offer
    NotOffered = "MP097",
    /// credentials that the vendor kept although what should have followed failed
    OnlyKept = "MP098",
    /// something that the vendor loads from WeChat only once, and has
    HasIt = "MP099",
    /// a vendor's clock that says another time than ours
    Clock = "MP100",
    /// a schedule by which nothing ever runs
    NoRun = "MP110",
    /// a message that is due in the quiet hours
    QuietHours = "MP111",
    /// more messages to one audience in a day than the policy allows
    TooManyMessages = "MP112",
    /// an audience that is nobody
    EmptyAudience = "MP113",
    /// a message that the vendor would spoil, or drop without a word
    Spoilt = "MP114",
    /// a run that the vendor has already, and that is declared otherwise or not at all meanwhile
    Settled = "MP115",
    /// a message of which nobody knows whether it went out
    UncertainSend = "MP116",
    /// a message that could not be sent
    NotSent = "MP117",
    /// a plan that is not armed as it is declared
    NotArmed = "MP118",
    /// a message that moves money
    Money = "MP119",
    /// a page that cannot be written
    Page = "MP140",
    /// a file that the page was to show and that is not what it was when the project was read
    PageFile = "MP141",
    /// a webhook that could not be told how a run ended
    NotTold = "MP150",
    /// a file that is something else than what was to be written over it
    Occupied = "MP170",
    /// more of something than is read
    TooMuch = "MP171",
    /// something that has no canonical layout
    Layout = "MP130",
    /// a file that would say something else in the canonical layout
    LayoutDiffers = "MP131",
    /// a file that cannot be rewritten
    Rewrite = "MP132",
    /// a folder whose changes cannot be noticed
    Watch = "MP133",
    /// an address to which everything goes unencrypted
    Unencrypted = "MP176",
    /// a `ca_cert` that is no certificate
    CaCert = "MP177",
    /// a trace of calls that cannot be written
    Trace = "MP178",
    /// a rule, material or button that a conversation test names and nobody declares
    UnknownInTest = "MP120",
    /// a conversation test that no answer can meet
    NeverPasses = "MP121",
    /// a fuzzy keyword so short that it hardly answers more than itself
    ShortFuzzy = "MP122",
    /// credentials of the state's bucket that the environment lacks
    StateCredentials = "MP160",
    /// a bucket in which the state can't be kept
    StateBucket = "MP161",
    /// a state that was taken over while it was open
    StateTaken = "MP162",
    /// a state that can't be moved to where it is to be kept
    StateMove = "MP163",
    /// states that lie elsewhere than where they are looked for
    StateElsewhere = "MP164",
    /// an audit log that cannot be written
    Audit = "MP166",
}

#[cfg(test)]
mod tests {
    use super::Code;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_well_formed() {
        let codes: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
        for code in codes {
            assert!(code.len() == 5 && code.starts_with("MP"), "{code}");
            assert!(code[2..].bytes().all(|byte| byte.is_ascii_digit()), "{code}");
        }
    }

    #[test]
    fn every_code_says_what_it_means() {
        assert!(Code::ALL.iter().all(|code| !code.meaning().is_empty()));
    }
}
