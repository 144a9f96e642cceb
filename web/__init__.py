"""The console and the server side of the link; asks dlp.office and holds no rule of its own."""
