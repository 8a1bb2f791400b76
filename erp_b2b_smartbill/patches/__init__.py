"""What an update does to the data of sites that were there before; see patches.txt."""
