"""The survey sheet on universal education and literacy (PCGD-XMC): read in, handed out in the same columns."""
