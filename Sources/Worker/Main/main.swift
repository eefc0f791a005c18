print("weir-worker")
