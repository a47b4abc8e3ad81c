"""The literacy register of a commune: whom it holds, what may be asked of it."""
