# language: zh-CN
功能: @id@

  @c1
  场景: 申请受理后作出决定
    # 用各系统共用的步骤写：谁申请、谁受理、谁决定，最后看到什么，至少一次拒绝。
    # Write it with the steps that all systems share: who applies, who decides, what is seen, one refusal at least.
