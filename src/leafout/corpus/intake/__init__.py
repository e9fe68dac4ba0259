"""Files become documents: the files dealt to parts, each read by any worker, all merged in order."""
