"""The control words of RTF that readers here act on, and its character sets (specification 1.9.1)."""

from __future__ import annotations

from classifiers.model import Region

REGIONS = {
    "header": Region.HEADER, "headerl": Region.HEADER, "headerr": Region.HEADER, "headerf": Region.HEADER,
    "footer": Region.FOOTER, "footerl": Region.FOOTER, "footerr": Region.FOOTER, "footerf": Region.FOOTER,
    "footnote": Region.NOTE, "annotation": Region.COMMENT, "shptxt": Region.TEXT_BOX, "atnauthor": Region.METADATA,
}  # fmt: skip
PROPERTIES = frozenset(
    [
        "title",
        "subject",
        "author",
        "manager",
        "company",
        "operator",
        "category",
        "keywords",
        "comment",
        "doccomm",
        "hlinkbase",
        "propname",
        "staticval",
        "docvar",
    ]
)
FIELDS = {
    "fldinst": "field",
    "atnid": "comment id",
    "bkmkstart": "bookmark",
    "sv": "shape property",
    "sn": "shape property",
}
SKIPPED = frozenset(
    [
        "fonttbl",
        "colortbl",
        "stylesheet",
        "listtable",
        "listoverridetable",
        "rsidtbl",
        "themedata",
        "colorschememapping",
        "datastore",
        "latentstyles",
        "generator",
        "xmlnstbl",
        "mmathPr",
        "pgptbl",
        "revtbl",
        "filetbl",
        "blipuid",
        "blipparent",
        "sn",
        "panose",
        "falt",
        "fontemb",
        "objclass",
        "bkmkend",
        "wgrffmtfilter",
        "creatim",
        "revtim",
        "printim",
        "buptim",
        "pict",
        "objdata",
        "nonshppict",
        "do",
        "upr",
        "listtext",
        "pntext",
        "atrfstart",
        "atrfend",
        "atndate",
        "passwordhash",
    ]
)
BREAKS = {
    "par": "\n",
    "line": "\n",
    "sect": "\n",
    "page": "\n",
    "cell": "\n",
    "nestcell": "\n",
    "row": "\n",
    "tab": "\t",
}
SIGNS = {
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
    "emspace": " ", "enspace": " ", "qmspace": " ",
}  # fmt: skip
CHARSETS = {
    0: "", 1: "", 2: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5hkscs",
    161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250",
}  # fmt: skip
