"""What a submission may ask of the engine. Everything that is not listed is refused."""
