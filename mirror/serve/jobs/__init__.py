"""Work that outlives its request: jobs, where they are kept, and who carries them out."""
