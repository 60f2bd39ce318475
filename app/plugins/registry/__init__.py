"""报送与核对：approved sites go to the central layer as frozen snapshots, and come back issued or returned."""
