"""From a file to the text of a document: one file per format, each parse in a child process that can be killed."""
