//! What the languages of kernels look like, as far as it takes to tell
//! keywords, strings, numbers and comments from the rest.

/// What a language looks like.
#[derive(Debug)]
pub(crate) struct Language {
    /// What kernels and cell magics call it, in small letters.
    names: &'static [&'static str],
    /// Words with a meaning of their own, separated by blanks.
    pub(super) keywords: &'static str,
    /// What a comment up to the end of the line begins with.
    pub(super) comments: &'static [&'static str],
    /// What other comments begin and end with.
    pub(super) block_comment: Option<(&'static str, &'static str)>,
    /// Quotes around strings that end in their line.
    pub(super) quotes: &'static [char],
    /// Quotes around strings that may have several lines.
    pub(super) long_quotes: &'static [&'static str],
    /// What `'` is, where it does not begin a string.
    pub(super) apostrophe: Apostrophe,
    /// What belongs to names beside letters, digits and `_`.
    pub(super) in_names: &'static [char],
    /// Whether capitals make another word.
    pub(super) case: Case,
}

/// What `'` is, where it does not begin a string.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Apostrophe {
    /// Around a single character; alone it is a name's or an operator.
    Character,
    /// Nothing but that.
    Other,
}

/// Whether capitals make another word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Case {
    Matters,
    Ignored,
}

/// Most of what there is.
const PLAIN: Language = Language {
    names: &[],
    keywords: "",
    comments: &["#"],
    block_comment: None,
    quotes: &['"', '\''],
    long_quotes: &[],
    apostrophe: Apostrophe::Other,
    in_names: &[],
    case: Case::Matters,
};

/// A language whose comments are those of C.
const LIKE_C: Language = Language {
    comments: &["//"],
    block_comment: Some(("/*", "*/")),
    quotes: &['"'],
    apostrophe: Apostrophe::Character,
    ..PLAIN
};

const LANGUAGES: &[Language] = &[
    Language {
        names: &[
            "python", "ipython", "python3", "python2", "sage", "pypy", "pyspark",
        ],
        keywords: "and as assert async await break case class continue def del elif else except \
                   False finally for from global if import in is lambda match None nonlocal not or \
                   pass print raise return True try while with yield",
        long_quotes: &["\"\"\"", "'''"],
        ..PLAIN
    },
    Language {
        names: &["r", "ir"],
        keywords: "break else FALSE for function if in Inf library NA NaN next NULL repeat require \
                   return TRUE while",
        in_names: &['.'],
        ..PLAIN
    },
    Language {
        names: &["julia"],
        keywords: "abstract baremodule begin break catch const continue do else elseif end export \
                   false finally for function global if import in let local macro missing module \
                   mutable nothing primitive quote return struct true try type using where while",
        block_comment: Some(("#=", "=#")),
        quotes: &['"'],
        long_quotes: &["\"\"\""],
        apostrophe: Apostrophe::Character,
        in_names: &['!'],
        ..PLAIN
    },
    Language {
        names: &[
            "javascript",
            "js",
            "typescript",
            "ts",
            "node",
            "nodejs",
            "deno",
        ],
        keywords: "abstract any as async await boolean break case catch class const continue \
                   debugger default delete do else enum export extends false finally for from \
                   function get if implements import in instanceof interface let new null number of \
                   private protected public readonly return set static string super switch this \
                   throw true try type typeof undefined var void while with yield",
        quotes: &['"', '\''],
        long_quotes: &["`"],
        apostrophe: Apostrophe::Other,
        in_names: &['$'],
        ..LIKE_C
    },
    Language {
        names: &["scala", "kotlin", "groovy"],
        keywords: "abstract as break case catch class companion continue def do else enum extends \
                   false final finally for forSome fun given if implicit import in interface is lazy \
                   match new null object override package private protected return sealed super \
                   then this throw trait true try type using val var when while with yield",
        long_quotes: &["\"\"\""],
        ..LIKE_C
    },
    Language {
        names: &["java", "c#", "csharp", ".net-csharp", "polyglot-notebook"],
        keywords: "abstract assert async await base bool boolean break byte case catch char class \
                   const continue decimal default do double else enum event extends false final \
                   finally float for foreach get if implements import in instanceof int interface \
                   internal is long namespace new null object out override package params private \
                   protected public readonly record ref return sealed set short static string \
                   struct super switch this throw throws true try typeof using var virtual void \
                   volatile while yield",
        ..LIKE_C
    },
    Language {
        names: &[
            "c++",
            "cpp",
            "c",
            "cuda",
            "c++11",
            "c++14",
            "c++17",
            "c++20",
            "objective-c",
        ],
        keywords: "alignas alignof auto bool break case catch char class concept const constexpr \
                   continue decltype default define delete do double else enum explicit export \
                   extern false float for friend goto if ifdef ifndef include inline int long mutable \
                   namespace new noexcept nullptr operator override private protected public \
                   register requires return short signed sizeof static struct switch template this \
                   throw true try typedef typename union unsigned using virtual void volatile while",
        ..LIKE_C
    },
    Language {
        names: &["rust", "evcxr"],
        keywords: "as async await break const continue crate dyn else enum extern false fn for if \
                   impl in let loop match mod move mut pub ref return self Self static struct super \
                   trait true type unsafe use where while",
        ..LIKE_C
    },
    Language {
        names: &["go", "gophernotes"],
        keywords: "break case chan const continue default defer else fallthrough false for func go \
                   goto if import interface map nil package range return select struct switch true \
                   type var",
        long_quotes: &["`"],
        ..LIKE_C
    },
    Language {
        names: &["swift"],
        keywords: "as break case catch class continue default defer do else enum extension false for \
                   func guard if import in init is let nil private protocol public return self \
                   static struct switch throw throws true try typealias var where while",
        long_quotes: &["\"\"\""],
        ..LIKE_C
    },
    Language {
        names: &["bash", "sh", "zsh", "shell", "script", "calysto_bash"],
        keywords: "break case continue do done elif else esac exit export fi for function if in \
                   local return select set shift then trap unset until while",
        in_names: &['-'],
        ..PLAIN
    },
    Language {
        names: &[
            "sql",
            "postgresql",
            "postgres",
            "mysql",
            "sqlite",
            "xsql",
            "bigquery",
        ],
        keywords: "all alter and as asc between by case cast create cross delete desc distinct drop \
                   else end exists false from full group having if in index inner insert into is \
                   join left like limit not null offset on or order outer over partition right \
                   select set table then true union update using values view when where with",
        comments: &["--"],
        block_comment: Some(("/*", "*/")),
        case: Case::Ignored,
        ..PLAIN
    },
    Language {
        names: &["ruby", "iruby"],
        keywords: "alias and begin break case class def do else elsif end ensure false for if in \
                   module next nil not or redo require rescue retry return self super then true \
                   undef unless until when while yield",
        in_names: &['?', '!'],
        ..PLAIN
    },
    Language {
        names: &["matlab", "octave"],
        keywords: "break case catch classdef continue else elseif end endfor endfunction endif \
                   endwhile false for function global if methods otherwise parfor persistent \
                   properties return switch true try while",
        comments: &["%", "#"],
        block_comment: Some(("%{", "%}")),
        ..PLAIN
    },
    Language {
        names: &[
            "haskell",
            "ihaskell",
            "ocaml",
            "ocaml-jupyter",
            "f#",
            "fsharp",
            ".net-fsharp",
        ],
        keywords: "and case class data deriving do else elif false for fun function if import in \
                   infix instance let match member module mutable newtype of open rec return then \
                   true type when where while with yield",
        comments: &["--", "//"],
        block_comment: Some(("(*", "*)")),
        quotes: &['"'],
        apostrophe: Apostrophe::Character,
        in_names: &['\''],
        ..PLAIN
    },
    Language {
        names: &["perl", "php", "lua", "powershell", "pwsh"],
        keywords: "and break echo else elseif elsif end false for foreach function if in local my \
                   new nil not null or our package param print repeat return sub then true undef \
                   unless until use var while",
        comments: &["#", "--", "//"],
        in_names: &['$'],
        ..PLAIN
    },
];

/// Returns what a language looks like, by what kernels call it.
pub(crate) fn language(name: &str) -> Option<&'static Language> {
    let name = name.trim().to_lowercase();
    let is_it = |language: &&Language| language.names.contains(&name.as_str());
    LANGUAGES.iter().find(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_have_one_entry_each() {
        let names = LANGUAGES.iter().flat_map(|language| language.names);
        let mut names: Vec<_> = names.collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(
            LANGUAGES
                .iter()
                .all(|one| one.names.concat() == one.names.concat().to_lowercase())
        );
    }

    #[test]
    fn kernels_write_names_as_they_like() {
        assert!(language("Python").is_some_and(|it| it.keywords.contains("nonlocal")));
        assert!(language("C++17").is_some_and(|it| it.keywords.contains("nullptr")));
        assert!(language("brainfuck").is_none());
    }
}
