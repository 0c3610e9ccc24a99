"""The archive: from a link, a file or a recording to something that can be searched, quoted and asked."""
