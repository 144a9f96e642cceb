"""What the product is made of and what it needs; tool settings live in pyproject.toml."""

from setuptools import find_packages, setup

RUNTIME = [
    "cryptography>=46,<51",
    "watchdog>=6,<8",
    "python-magic>=0.4.27,<0.5",
    "pylibmagic>=0.5,<0.6",
    "pdfminer.six>=20250506",
    "pypdfium2>=5.3,<6",
    "python-docx>=1.2,<2",
    "python-calamine>=0.6,<0.10",
    "olefile>=0.47,<0.48",
    "pikepdf>=10,<11",
    "py7zr>=1.1,<2",
    'backports.zstd>=1,<2; python_version < "3.14"',
    # One pass over the text for all rules; where it has no wheel, daachorse finds the same lines.
    'hyperscan>=0.9,<0.10; sys_platform == "linux" and platform_machine == "x86_64"',
    "daachorse>=0.5,<0.6",
    "lxml>=6,<7",
    # Unpacks a part of a document in half of zlib's time (libdeflate, MIT); where it is missing, zlib does.
    "deflate>=0.9,<1",
    "PyYAML>=6,<7",
    "SQLAlchemy>=2.0.44,<2.2",
    "alembic>=1.17,<1.21",
    "argon2-cffi>=25.1,<26",
    "flask>=3.1,<3.2",
    "Flask-WTF>=1.2,<1.4",
    "Flask-Babel>=4,<5",
    "Flask-Limiter>=4,<4.2",
    "cheroot>=11,<12",
    "structlog>=25.5,<27",
    "desktop-notifier>=6.1,<7",
    "shamir-mnemonic>=0.3,<0.4",
    "pyzipper>=0.4,<0.5",
    "keyring>=25.7,<26",
]
# Reading pictures. rapidocr-onnxruntime carries the models that are used (PP-OCRv4, Apache-2.0) in its wheel.
PICTURES = [
    "rapidocr-onnxruntime>=1.4.4,<1.5",
    "onnxruntime>=1.22,<2",
    "opencv-python-headless>=4.12,<6",
    "numpy>=2,<3",
    "Pillow>=12,<14",
    "pillow-heif>=1.1,<2",
    "zxing-cpp>=2.3,<4",
]
DEVELOPMENT = [
    "pytest>=9,<10",
    # Two test files at once: the suite stays under ten minutes on two processors (MIT).
    "pytest-xdist>=3.8,<4",
    "hypothesis>=6.148,<7",
    "mypy>=1.19,<3",
    "ruff>=0.14,<0.18",
    "lxml-stubs>=0.5,<0.6",
    "types-PyYAML>=6,<7",
    "openpyxl>=3.1,<4",
    "python-pptx>=1,<2",
    "playwright>=1.56,<2",
    "pyrage>=1.3,<2",
    "psycopg[binary]>=3.2,<4",
    "uv>=0.9,<1",
]

setup(
    name="wechat-file-guard",
    version="0.1.0",
    description="Inspects, blocks, seals and archives the files that an organisation sends and receives over WeChat.",
    license="Apache-2.0",
    python_requires=">=3.11",
    packages=find_packages(include=["dlp", "dlp.*", "classifiers", "classifiers.*", "keys", "keys.*", "web", "web.*"]),
    package_data={
        "classifiers": ["packs/*.yaml", "packs/*.txt", "packs/*.json"],
        "dlp": [
            "receipt.html",
            "units/*.service",
            "policies/*.yaml",
            "gate/*.toml",
            "gate/*.service",
            "office/store/migrations/*",
            "office/store/migrations/versions/*",
        ],
        "web": ["templates/*", "templates/*/*", "static/*", "static/*/*", "translations/*/*/*"],
    },
    install_requires=RUNTIME,
    extras_require={
        "dev": DEVELOPMENT,
        "ocr": PICTURES,
        "postgresql": ["psycopg[binary]>=3.2,<4"],
        "build": ["setuptools>=78"],
    },
    entry_points={"console_scripts": ["dlp=dlp.cli.main:main"]},
)
