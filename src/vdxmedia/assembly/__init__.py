"""Parts of `app`: what is made together, one module each. `app` decides when and closes all."""
