// Nothing of its own runs: this project gathers the programs.
return 0;
