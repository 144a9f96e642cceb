"""Files that WeChat received: found in its own store, settled, judged, and archived sealed. The store is only read."""
