print("hello from the build stage")
