/** Import and export of embeddings: NumPy, safetensors, Parquet and CSV. */
package io.nomen.exchange;
