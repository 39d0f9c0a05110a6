"""The catalogue's rows and the operations are the same, one way and the other."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from symnn.language.operation import Kind
from symnn.loops.count import COUNTS
from symnn.registry import catalogue_operations

ROOT = Path(__file__).resolve().parent.parent
OPERATIONS = catalogue_operations()

#: Every row, by kind; a row with two forms has both.
ROWS = {
    Kind.ACTIVATION: """identity step relu leaky_relu prelu elu selu sigmoid log_sigmoid tanh softplus softsign swish
        silu gelu gelu_tanh mish hard_sigmoid hard_swish softmax log_softmax glu swiglu geglu""",
    Kind.LOSS: """mse mae huber log_cosh bce bce_logits ce softmax_ce sparse_softmax_ce label_smoothing_ce
        masked_softmax_ce focal kl_div gaussian_nll hinge perceptron info_nce nt_xent vae_elbo gan_discriminator
        gan_generator gan_generator_minimax distillation""",
    Kind.REGULARIZER: "l1 l2 weight_decay elastic_net",
    Kind.LAYER: """linear neuron conv2d max_pool2d avg_pool2d global_avg_pool2d flatten embedding positional_encoding
        batch_norm batch_norm_inference layer_norm group_norm rms_norm dropout gaussian_dropout variational_dropout
        spatial_dropout drop_connect mixup cutmix rnn lstm gru attention multi_head_attention feed_forward
        transformer_block residual_block bottleneck_block dense_block highway""",
    Kind.OPTIMIZER: """sgd momentum nesterov nesterov_look_ahead adagrad rmsprop adadelta adam adamw radam lookahead
        perceptron_rule hebbian_rule clip_by_value clip_by_global_norm""",
    Kind.SCHEDULE: "step_decay exponential_decay cosine_annealing cosine_warm_restarts warmup_decay one_cycle",
    Kind.INITIALISER: "xavier_uniform xavier_normal he_normal he_uniform he_leaky",
    # The minimisers are statements: symnn.minimise runs what is solved for in them, and they have no kernels.
    Kind.STATEMENT: """nesterov_forms newton bfgs lbfgs conjugate_gradient mlp_backprop bernoulli_mle gaussian_mle
        sigmoid_bound linear_collapse softmax_shift
        residual_gradient adam_bias_correction label_smoothing_gradient logsumexp_gradient parameter_count flop_count
        memory_count""",
}

@pytest.mark.parametrize("kind", ROWS, ids=lambda k: k.value)
def test_every_row_has_an_operation_and_every_operation_a_row(kind: Kind) -> None:
    declared = {name for name, op in OPERATIONS.items() if op.kind is kind}
    declared |= set(COUNTS) if kind is Kind.STATEMENT else set()  # of any operation, and so not one by themselves
    assert declared == set(ROWS[kind].split())


@pytest.mark.parametrize("name", [n for n, op in OPERATIONS.items() if op.kind is not Kind.STATEMENT])
def test_every_operation_has_a_module_with_the_functions_of_its_kind(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    op = OPERATIONS[name]
    module = importlib.import_module(f"generated.cpu.{name}")
    expected = {
        Kind.OPTIMIZER: {"init", "step"},
        Kind.SCHEDULE: {"value"},
        Kind.INITIALISER: {"sample"},
    }.get(op.kind, {"forward"})
    if op.differentiable:
        expected |= {"forward_saving", "backward", "jvp", "hvp"}
    if op.kind in (Kind.LOSS, Kind.REGULARIZER):
        expected |= {"value_and_grad"}
    assert expected <= set(vars(module)), expected - set(vars(module))
    assert [a["name"] for a in module.SPEC["arguments"]] == [a.name for a in op.arguments]
    text = Path(str(module.__file__)).read_text(encoding="utf-8")
    assert "verified" in text.split('"""')[1], "the header says what was measured"
