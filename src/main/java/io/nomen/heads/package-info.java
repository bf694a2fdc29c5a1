/**
 * Light cluster heads on frozen features, trained with gradients on Spark.
 *
 * <p>There is one trainer; what varies is given to it. An {@link io.nomen.heads.Objective} says
 * what heads there are, what the loss is, and how its gradient is computed: a TorchScript method,
 * called once per step, or several times where something is fitted within the step. A {@link
 * io.nomen.heads.TrainingSet} holds the features as half floats and the lists of neighbours that a
 * step draws from, and is broadcast once. {@link io.nomen.heads.Trainer.EpochPreparation} prepare
 * an epoch, for objectives that want something anew every time. The {@link io.nomen.heads.Trainer}
 * takes the steps, in one shard or several, and writes a checkpoint after every epoch; {@link
 * io.nomen.heads.Replicas} runs it with several seeds at once. What comes out is a {@link
 * io.nomen.heads.TrainedHead}, which only labels.
 *
 * <p>All numbers of a training are a few flat arrays, {@link io.nomen.heads.TrainingState}, so that
 * summing, averaging, storing and stepping need to know nothing of the heads.
 */
package io.nomen.heads;
