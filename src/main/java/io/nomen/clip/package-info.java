/**
 * CLIP on the JVM: from a Hugging Face or open_clip checkpoint folder to embeddings, without
 * Python.
 *
 * <pre>{@code
 * Torch.start(threadsPerTask);
 * ClipCheckpoint checkpoint = ClipCheckpoint.open(storage, "tiny");   // or a folder's URI
 * ClipModel model = checkpoint.model();                               // small, goes to executors
 * Tokenizer tokenizer = checkpoint.tokenizer();                   // serialisable
 *
 * // On an executor (or anywhere):
 * TorchDevice device = TorchDevice.choose("auto", gpuAddresses);
 * ClipEncoder encoder = EncoderCache.encoder(model, storage, device, Precision.AUTO);
 * float[] images = encoder.encodeImages(rgbBytes, n);                 // [n, d], not normalised
 * float[] texts = encoder.encodeTexts(List.of(tokenizer.encode("a photo of a dog.")));
 * }</pre>
 *
 * <p>{@link io.nomen.clip.ClipCheckpoint} checks a checkpoint whole before any Spark action. {@link
 * io.nomen.clip.ArchiveCache} writes its two towers as TorchScript archives into this machine's
 * cache folder; {@link io.nomen.clip.ClipEncoder} runs them in libtorch.
 *
 * <p>{@code io.nomen.ml.ClipImageEmbedder} is all of it as a Spark ML transformer; {@link
 * io.nomen.clip.ModelDescription}, {@link io.nomen.clip.ModelVerification} and {@link
 * io.nomen.clip.ModelPull} are what {@code nomen model info}, {@code verify} and {@code pull} show.
 */
package io.nomen.clip;
