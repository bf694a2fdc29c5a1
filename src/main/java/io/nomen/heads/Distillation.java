package io.nomen.heads;

import io.nomen.RootLocale;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Cross-modal mutual distillation between an image head f and a text head g: TAC, arXiv 2310.11989,
 * equations 6 to 10.
 *
 * <p>With P, Q the assignments of a batch's images and texts, and Pᴺ, Qᴺ those of a random
 * neighbour of each: {@code L_dis(P, Qᴺ) + L_dis(Q, Pᴺ) + L_con(P, Q) + α·L_bal(P, Q)}. L_dis is
 * contrastive over the 2K columns with temperature τ, L_con = −mean log pᵢ·qᵢ, L_bal the negative
 * entropy of the mean assignments. Nothing is held constant: the neighbours' passes get gradients
 * too. BatchNorm takes the statistics of each of the four passes.
 *
 * <p>What is odd: the bias before a BatchNorm cannot change the loss, so its gradient is exactly
 * zero here, where autograd gives rounding noise that Adam would blow up to full steps.
 *
 * @param imageWidth columns of the image features
 * @param textWidth columns of the text features
 * @param clusters K
 * @param temperature τ
 * @param balance α, the weight of L_bal
 */
public record Distillation(
    int imageWidth, int textWidth, int clusters, double temperature, double balance)
    implements Objective {

  @Override
  public HeadShape.TwoLayer imageHead() {
    return new HeadShape.TwoLayer(imageWidth, clusters);
  }

  /** The head that sees the text features. */
  public HeadShape.TwoLayer textHead() {
    return new HeadShape.TwoLayer(textWidth, clusters);
  }

  @Override
  public int parameters() {
    return HeadShape.size(imageHead().parameters()) + HeadShape.size(textHead().parameters());
  }

  @Override
  public int statistics() {
    return 2 * (imageWidth + textWidth);
  }

  @Override
  public int views() {
    return 2;
  }

  @Override
  public List<String> terms() {
    return List.of(
        "loss",
        "distillation",
        "confidence_loss",
        "balance_loss",
        "assignment_entropy",
        "neighbour_consistency",
        "confidence");
  }

  @Override
  public boolean dropsPartialBatch() {
    return true;
  }

  /** Parameters and statistics that a seed begins with. */
  public TrainingState initial(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return TrainingState.begin(
        joined(imageHead().initial(random), textHead().initial(random)),
        joined(imageHead().initialStatistics(), textHead().initialStatistics()));
  }

  @Override
  public String script() {
    return SCRIPT
        .replace("IMAGE_WIDTH", Integer.toString(imageWidth))
        .replace("TEXT_WIDTH", Integer.toString(textWidth))
        .replace("CLUSTERS", Integer.toString(clusters))
        .replace("TEMPERATURE", RootLocale.format("%.9g", temperature))
        .replace("BALANCE", RootLocale.format("%.9g", balance));
  }

  private static float[] joined(float[] first, float[] second) {
    float[] both = new float[first.length + second.length];
    System.arraycopy(first, 0, both, 0, first.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /**
   * {@code normal} is BatchNorm, whose sums in libtorch's own go by its threads and so by cores;
   * {@code passes} runs a head over the batch and its neighbours, which are normalised apart;
   * {@code back} is its gradient given that of its output; {@code contrast} is L_dis with its
   * gradient for both arguments.
   */
  private static final String SCRIPT =
      """
        def normal(self, a: Tensor, scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
          n = a.size(0)
          m = torch.mean(a, [0])
          c = a - m
          v = torch.mean(c * c, [0])
          r = torch.rsqrt(v + 1e-5)
          y = c * (r * scale) + shift
          return y, m, r, mean * 0.9 + m * 0.1, variance * 0.9 + v * (0.1 * n / max(1, n - 1))
        def normal_back(self, dy: Tensor, a: Tensor, scale: Tensor, m: Tensor, r: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
          h = (a - m) * r
          dshift = dy.sum(0)
          dscale = (dy * h).sum(0)
          n = a.size(0)
          return (dy - dshift / n - h * (dscale / n)) * (r * scale), dscale, dshift
        def passes(self, x: Tensor, flat: Tensor, estimates: Tensor, n: int) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
          d = x.size(1)
          bias = flat[d * d:d * d + d]
          scale = flat[d * d + d:d * d + 2 * d]
          shift = flat[d * d + 2 * d:d * d + 3 * d]
          mean = estimates[0:d] - bias
          variance = estimates[d:2 * d]
          a = torch.mm(x, flat[0:d * d].view(d, d).t())
          y, m, r, mean, variance = self.normal(a[:n], scale, shift, mean, variance)
          yn, mn, rn, mean, variance = self.normal(a[n:], scale, shift, mean, variance)
          z = torch.relu_(torch.cat([y, yn]))
          weight = flat[d * d + 3 * d:d * d + 3 * d + CLUSTERS * d].view(CLUSTERS, d)
          p = torch.softmax(torch.addmm(flat[d * d + 3 * d + CLUSTERS * d:], z, weight.t()), 1)
          return p, z, a, m, r, mn, rn, torch.cat([mean + bias, variance])
        def back(self, x: Tensor, flat: Tensor, p: Tensor, z: Tensor, a: Tensor, m: Tensor, r: Tensor, mn: Tensor, rn: Tensor, dp: Tensor, n: int) -> Tensor:
          d = x.size(1)
          scale = flat[d * d + d:d * d + 2 * d]
          weight = flat[d * d + 3 * d:d * d + 3 * d + CLUSTERS * d].view(CLUSTERS, d)
          dl = p * (dp - (dp * p).sum(1, True))
          dy = torch.threshold_backward(torch.mm(dl, weight), z, 0)
          da, dscale, dshift = self.normal_back(dy[:n], a[:n], scale, m, r)
          dan, dscalen, dshiftn = self.normal_back(dy[n:], a[n:], scale, mn, rn)
          dw = torch.mm(torch.cat([da, dan]).t(), x)
          return torch.cat([dw.view(-1), torch.zeros_like(dshift), dscale + dscalen, dshift + dshiftn, torch.mm(dl.t(), z).view(-1), dl.sum(0)])
        def contrast(self, a: Tensor, b: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
          c = torch.cat([a.t(), b.t()])
          norm = torch.clamp_min(torch.norm(c, 2, [1], True), 1e-12)
          c = c / norm
          s = torch.fill_diagonal_(torch.mm(c, c.t()) / TEMPERATURE, -inf)
          positive = torch.cat([torch.diag(s, CLUSTERS), torch.diag(s, -CLUSTERS)])
          loss = torch.mean(torch.logsumexp(s, [1]) - positive)
          ds = torch.softmax(s, 1)
          torch.sub_(torch.diagonal(ds, CLUSTERS), 1.0)
          torch.sub_(torch.diagonal(ds, -CLUSTERS), 1.0)
          dc = torch.mm((ds + ds.t()) / (2.0 * CLUSTERS * TEMPERATURE), c)
          dc = (dc - c * (dc * c).sum(1, True)) / norm
          return loss, dc[:CLUSTERS].t(), dc[CLUSTERS:].t()
        def balance(self, p: Tensor) -> Tuple[Tensor, Tensor]:
          mean = torch.mean(p, [0])
          kept = torch.clamp_min(mean, 1e-9)
          slope = (torch.log(kept) + 1.0) * torch.to(mean >= 1e-9, 6) * (BALANCE / p.size(0))
          return torch.sum(kept * torch.log(kept)), slope
        def step(self, first: Tensor, second: Tensor, batch: Tensor, parameters: Tensor, statistics: Tensor, prepared: Tensor) -> Tensor:
          n = batch.size(1)
          split = IMAGE_WIDTH * IMAGE_WIDTH + 3 * IMAGE_WIDTH + CLUSTERS * IMAGE_WIDTH + CLUSTERS
          flat = parameters[0:split]
          flatg = parameters[split:]
          x = torch.to(torch.index_select(first, 0, torch.cat([batch[0], batch[1]])), 6)
          t = torch.to(torch.index_select(second, 0, torch.cat([batch[0], batch[2]])), 6)
          pp, z, a, m, r, mn, rn, estimates = self.passes(x, flat, statistics[0:2 * IMAGE_WIDTH], n)
          qq, zg, ag, mg, rg, mng, rng, estimatesg = self.passes(t, flatg, statistics[2 * IMAGE_WIDTH:], n)
          p = pp[:n]
          q = qq[:n]
          first_loss, dp, dqn = self.contrast(p, qq[n:])
          second_loss, dq, dpn = self.contrast(q, pp[n:])
          agree = (p * q).sum(1, True)
          agreement = -torch.mean(torch.log(torch.clamp_min(agree, 1e-9)))
          pull = torch.to(agree >= 1e-9, 6) / torch.clamp_min(agree, 1e-9) / (-1.0 * n)
          image_balance, image_slope = self.balance(p)
          text_balance, text_slope = self.balance(q)
          dp = torch.cat([dp + pull * q + image_slope, dpn])
          dq = torch.cat([dq + pull * p + text_slope, dqn])
          distillation = first_loss + second_loss
          balanced = image_balance + text_balance
          loss = distillation + agreement + balanced * BALANCE
          consistency = torch.mean((p * pp[n:]).sum(1))
          confidence = torch.mean(torch.amax(p, [1]))
          terms = torch.stack([loss, distillation, agreement, balanced, -image_balance, consistency, confidence])
          return torch.cat([self.back(x, flat, pp, z, a, m, r, mn, rn, dp, n), self.back(t, flatg, qq, zg, ag, mg, rg, mng, rng, dq, n), estimates, estimatesg, terms])
      """;
}
